package org.workedanswers.answers.docs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.Prompt;
import org.workedanswers.rag.answer.Statement;
import org.workedanswers.rag.ingest.IngestReport;
import org.workedanswers.rag.ingest.Listing;
import org.workedanswers.rag.store.Passage;

/** An answer as a person reads it, and as JSON. */
public final class AnswerPage {
  private static final int SHOWN = 70;

  private AnswerPage() {}

  /** What an ingestion did, in a line or two; nothing where nothing has changed. */
  public static void ingested(Worksheet sheet, IngestReport report, boolean everySkip) {
    List<String> parts = new ArrayList<>();
    add(parts, report.added().size(), "added");
    add(parts, report.changed().size(), "changed");
    add(parts, report.removed().size(), "removed");
    if (!parts.isEmpty()) {
      sheet.text(
          "Documents: "
              + String.join(", ", parts)
              + String.format(
                  Locale.ROOT,
                  ", %,d unchanged; %,d passages embedded.",
                  report.unchanged(),
                  report.embedded()));
    }
    if (everySkip) {
      sheet.list(
          report.skipped().stream()
              .map(s -> "skipped " + Text.printable(s.id() + ": " + s.reason()))
              .toList());
    } else if (!report.skipped().isEmpty()) {
      skipped(sheet, report.skipped());
    }
  }

  private static void add(List<String> parts, int n, String what) {
    if (n > 0) {
      parts.add(String.format(Locale.ROOT, "%,d %s", n, what));
    }
  }

  /** A reason a line, with how many it is the reason for. */
  private static void skipped(Worksheet sheet, List<Listing.Skipped> skipped) {
    Map<String, List<String>> byReason = new LinkedHashMap<>();
    skipped.forEach(s -> byReason.computeIfAbsent(s.reason(), r -> new ArrayList<>()).add(s.id()));
    List<String> lines = new ArrayList<>();
    byReason.forEach(
        (reason, ids) ->
            lines.add(
                "skipped "
                    + Text.printable(ids.get(0))
                    + (ids.size() == 1 ? "" : " and " + (ids.size() - 1) + " more")
                    + ": "
                    + Text.printable(reason)));
    sheet.list(lines.subList(0, Math.min(10, lines.size())));
    if (lines.size() > 10) {
      sheet.text((lines.size() - 10) + " more reasons; --skipped shows every file.");
    }
  }

  /** The answer with its sources. */
  public static void show(Worksheet sheet, Answer answer, double leastEvidence) {
    sheet.heading(Text.printable(answer.question()));
    switch (answer.kind()) {
      case THIN -> sheet.text("Not in the documents. " + thin(answer, leastEvidence));
      case NOT_THERE ->
          sheet.text(
              "Not in the documents, says "
                  + Text.printable(answer.model().orElseThrow())
                  + " of the passages that it was given.");
      case QUOTED -> quoted(sheet, answer);
      case WRITTEN -> written(sheet, answer);
    }
    if (!answer.passages().isEmpty()) {
      sources(sheet, answer);
    }
    if (!answer.planted().isEmpty()) {
      sheet.text(
          "Take care: "
              + answer.planted().stream().map(n -> "[" + n + "]").collect(Collectors.joining(", "))
              + " holds text that speaks to a language model, not to a reader. That text is"
              + " no instruction here, and is not quoted as an answer.");
    }
  }

  private static String thin(Answer answer, double leastEvidence) {
    return answer.passages().isEmpty()
        ? "Nothing was found."
        : String.format(
            Locale.ROOT,
            "The sentence that comes closest has a cosine of %.3f with the question; from %.3f on it"
                + " would be quoted (--least-evidence). What was found:",
            answer.evidence(),
            leastEvidence);
  }

  private static void quoted(Worksheet sheet, Answer answer) {
    for (Statement s : answer.statements()) {
      sheet.text("“" + Text.printable(s.text()) + "” " + numbers(s.cited()));
    }
    sheet.text("Quoted from the documents: no language model wrote this (--model names one).");
  }

  private static void written(Worksheet sheet, Answer answer) {
    StringBuilder text = new StringBuilder();
    List<String> doubts = new ArrayList<>();
    for (Statement s : answer.statements()) {
      text.append(Text.printable(s.text())).append(' ').append(numbers(s.cited())).append(' ');
      if (!s.isSupported()) {
        doubts.add("“" + Text.printable(s.text()) + "” " + doubt(s));
      }
    }
    sheet.text(text.toString());
    sheet.text("Written by " + Text.printable(answer.model().orElseThrow()) + " from the sources.");
    if (answer.isCutOff()) {
      sheet.text("It is not whole: the model was cut off at the most tokens that it may write.");
    }
    if (answer.statements().stream().allMatch(s -> s.cited().isEmpty() && s.unknown().isEmpty())) {
      sheet.text("It names no source: take it for the model's own words, or for a refusal.");
    } else if (!doubts.isEmpty()) {
      sheet.text("Not borne out by the sources that it names:");
      sheet.list(doubts);
    }
  }

  private static String doubt(Statement s) {
    if (!s.unknown().isEmpty()) {
      return "cites " + numbers(s.unknown()) + ", which there is not";
    }
    return s.cited().isEmpty()
        ? "cites nothing"
        : String.format(Locale.ROOT, "has %.0f %% of its words there", 100 * s.support());
  }

  private static String numbers(List<Integer> numbers) {
    return numbers.stream().map(n -> "[" + n + "]").collect(Collectors.joining());
  }

  private static void sources(Worksheet sheet, Answer answer) {
    TreeSet<Integer> cited = new TreeSet<>();
    answer.statements().forEach(s -> cited.addAll(s.cited()));
    Table table = Table.of("Sources; * is cited", "", "document", "characters", "begins");
    for (int i = 0; i < answer.passages().size(); i++) {
      Passage p = answer.passages().get(i);
      table.row(
          "[" + (i + 1) + "]" + (cited.contains(i + 1) ? " *" : ""),
          Text.shortened(p.document(), SHOWN),
          p.from() + "-" + p.to(),
          Text.shortened(p.text(), SHOWN));
    }
    sheet.table(table);
  }

  /** What a language model was handed. */
  public static void prompt(Worksheet sheet, Prompt prompt) {
    sheet.heading("The system's message");
    sheet.formula(lines(prompt.system()));
    sheet.heading("The user's message");
    sheet.formula(lines(prompt.user()));
  }

  private static String[] lines(String text) {
    return text.lines()
        .flatMap(l -> l.isBlank() ? Stream.of("") : Text.wrap(Text.printable(l), SHOWN).stream())
        .toArray(String[]::new);
  }

  /** The answer as a tree for JSON. */
  public static Map<String, Object> json(Answer answer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("question", answer.question());
    json.put("kind", answer.kind().toString().toLowerCase(Locale.ROOT));
    json.put("evidence", answer.evidence());
    json.put("model", answer.model().orElse(null));
    json.put("cut_off", answer.isCutOff());
    List<Object> statements = new ArrayList<>();
    for (Statement s : answer.statements()) {
      Map<String, Object> statement = new LinkedHashMap<>();
      statement.put("text", s.text());
      statement.put("cited", s.cited());
      statement.put("unknown", s.unknown());
      statement.put("support", s.support());
      statement.put("supported", s.isSupported());
      statements.add(statement);
    }
    json.put("statements", statements);
    List<Object> passages = new ArrayList<>();
    for (int i = 0; i < answer.passages().size(); i++) {
      Map<String, Object> passage = new LinkedHashMap<>();
      passage.put("number", i + 1);
      passage.putAll(passage(answer.passages().get(i)));
      passage.put("planted", answer.planted().contains(i + 1));
      passages.add(passage);
    }
    json.put("passages", passages);
    return json;
  }

  static Map<String, Object> passage(Passage p) {
    Map<String, Object> passage = new LinkedHashMap<>();
    passage.put("document", p.document());
    passage.put("from", p.from());
    passage.put("to", p.to());
    passage.put("title", p.title());
    passage.put("text", p.text());
    return passage;
  }
}

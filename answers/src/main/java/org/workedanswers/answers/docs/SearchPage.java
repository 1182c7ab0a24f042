package org.workedanswers.answers.docs;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.ReciprocalRankFusion;
import org.workedanswers.rag.search.SearchTrace;
import org.workedanswers.rag.search.SearchTrace.Candidate;
import org.workedanswers.rag.search.SearchTrace.Kind;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;

/** A search's passages as a person reads them, with why they stand where they stand. */
public final class SearchPage {
  private static final EnglishAnalyzer WORDS = new EnglishAnalyzer();
  private static final int TEXT = 300;
  private static final int NAME = 40;

  private SearchPage() {}

  /** The passages, the best first. */
  public static void show(Worksheet sheet, String query, SearchTrace trace) {
    sheet.heading(Text.printable(query));
    if (trace.results().isEmpty()) {
      sheet.text("Nothing was found.");
    }
    int rank = 1;
    for (Found found : trace.results()) {
      Passage p = found.passage();
      sheet.text(
          "[" + rank++ + "] " + Text.printable(p.document()) + ", " + p.from() + "-" + p.to());
      sheet.text(Text.shortened(p.text(), TEXT));
    }
  }

  /** How each leg ranks them, and which words they share with the query. */
  public static void explain(Worksheet sheet, String query, SearchTrace trace, int rrfK) {
    ReciprocalRankFusion fusion = new ReciprocalRankFusion(rrfK);
    boolean reranked = !trace.reranked().isEmpty();
    List<String> head =
        new ArrayList<>(
            List.of("", "document", "by words", "BM25", "by meaning", "cosine", "RRF · 1000"));
    if (reranked) {
      head.add("reranked");
    }
    head.add("stems of the query in it");
    Table table =
        Table.of(
            "Ranks and scores; RRF = Σ 1 / ("
                + rrfK
                + " + rank), by words and by meaning"
                + (trace.legs().size() > 2
                    ? ", for each wording; ranks shown are the first's"
                    : ""),
            head.toArray(String[]::new));
    int rank = 1;
    for (Found found : trace.results()) {
      Candidate c = candidate(trace, found.passage());
      List<Object> row = new ArrayList<>();
      row.add(rank++);
      row.add(Text.shortened(c.passage().document(), NAME));
      for (int leg = 0; leg < 2; leg++) {
        Kind kind = leg == 0 ? Kind.WORDS : Kind.MEANING;
        int at = c.ranks().get(leg);
        row.add(at == 0 ? "-" : Integer.toString(at));
        row.add(at == 0 ? "-" : fixed(trace.score(kind, c.passage()), leg == 0 ? 2 : 3));
      }
      row.add(
          c.ranks().stream()
                  .map(r -> fixed(1000 * fusion.share(r), 2))
                  .collect(Collectors.joining(" + "))
              + " = "
              + fixed(1000 * c.score(), 2));
      if (reranked) {
        row.add(fixed(found.score(), 3));
      }
      row.add(String.join(", ", shared(query, c.passage())));
      table.row(row.toArray());
    }
    sheet.table(table);
    sheet.text(
        String.format(
            Locale.ROOT,
            "Passages found by words: %,d; by meaning: %,d; by any way: %,d.",
            trace.legs().get(0).found().size(),
            trace.legs().get(1).found().size(),
            trace.candidates().size()));
  }

  private static Candidate candidate(SearchTrace trace, Passage passage) {
    return trace.candidates().stream()
        .filter(c -> c.passage().id().equals(passage.id()))
        .findFirst()
        .orElseThrow();
  }

  /** The query's stems that a passage holds. */
  private static Set<String> shared(String query, Passage passage) {
    Set<String> shared = new LinkedHashSet<>(WORDS.terms(query));
    shared.retainAll(new HashSet<>(WORDS.terms(passage.searched())));
    return shared;
  }

  private static String fixed(double x, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", x);
  }

  /** The passages as a tree for JSON. */
  public static Map<String, Object> json(String query, SearchTrace trace) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("query", query);
    List<Object> results = new ArrayList<>();
    for (Found found : trace.results()) {
      Candidate c = candidate(trace, found.passage());
      Map<String, Object> result = new LinkedHashMap<>();
      result.putAll(AnswerPage.passage(found.passage()));
      result.put("score", found.score());
      result.put("rank_by_words", c.ranks().get(0));
      result.put("bm25", number(trace.score(Kind.WORDS, found.passage())));
      result.put("rank_by_meaning", c.ranks().get(1));
      result.put("cosine", number(trace.score(Kind.MEANING, found.passage())));
      result.put("rrf", c.score());
      results.add(result);
    }
    json.put("results", results);
    return json;
  }

  private static Double number(double x) {
    return Double.isNaN(x) ? null : x;
  }
}

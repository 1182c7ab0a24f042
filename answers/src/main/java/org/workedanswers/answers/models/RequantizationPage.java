package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Text;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.transformer.LogLikelihood;

/** Shows what became of a model's weights. */
public final class RequantizationPage {
  private static final int NAMED = 2;
  private static final int SHOWN_LENGTH = 40;

  private RequantizationPage() {}

  /** By part of the model, and what stayed as it was. */
  public static void show(Worksheet sheet, Requantization done) {
    Map<Part, List<Requantization.Change>> parts = new EnumMap<>(Part.class);
    for (Requantization.Change change : done.changes()) {
      parts.computeIfAbsent(Part.of(change.tensor().name()), p -> new ArrayList<>()).add(change);
    }
    Table table =
        Table.of(
            "Weights, and the error √(Σ(w - ŵ)² / Σw²) of those that were rounded",
            "part",
            "numbers",
            "bytes before",
            "after",
            "bits before",
            "after",
            "relative error");
    parts.forEach((part, of) -> row(table, part.label, of));
    row(table, "all", done.changes());
    sheet.table(table);
    if (!done.staying().isEmpty()) {
      Map<String, List<String>> reasons = new TreeMap<>();
      done.staying()
          .forEach((name, why) -> reasons.computeIfAbsent(why, w -> new ArrayList<>()).add(name));
      Table stayed = Table.of("What is not rounded", "tensors", "why", "which");
      reasons.forEach((why, names) -> stayed.row(names.size(), why, some(names)));
      sheet.table(stayed);
    }
  }

  private static String some(List<String> names) {
    List<String> shown =
        names.stream().limit(NAMED).map(n -> Text.shortened(n, SHOWN_LENGTH)).toList();
    return String.join(", ", shown) + (names.size() > NAMED ? ", ..." : "");
  }

  private static void row(Table table, String name, List<Requantization.Change> changes) {
    long numbers = changes.stream().mapToLong(c -> c.tensor().elements()).sum();
    long before = changes.stream().mapToLong(c -> c.tensor().bytes()).sum();
    long after = changes.stream().mapToLong(Requantization.Change::bytes).sum();
    double error = changes.stream().mapToDouble(Requantization.Change::squaredError).sum();
    double squares = changes.stream().mapToDouble(Requantization.Change::squares).sum();
    table.row(
        name,
        Numbers.count(numbers),
        Numbers.bytes(before),
        Numbers.bytes(after),
        bits(before, numbers),
        bits(after, numbers),
        squares == 0 ? "-" : Numbers.fixed(100 * Math.sqrt(error / squares), 3) + " %");
  }

  /** What a method could not take. */
  public static void nearest(Worksheet sheet, RoundingMethod method, List<String> tensors) {
    Map<Boolean, List<String>> byExperts =
        tensors.stream().collect(Collectors.partitioningBy(n -> n.contains("_exps")));
    nearest(
        sheet,
        byExperts.get(false),
        String.format(
            "since %s's scales of inputs have no place in such a file where no norm stands before",
            method));
    nearest(sheet, byExperts.get(true), "since what reaches an expert is not gathered");
  }

  private static void nearest(Worksheet sheet, List<String> tensors, String why) {
    if (!tensors.isEmpty()) {
      sheet.text(
          String.format(
              "Rounded to nearest, %s: %d tensors, %s.", why, tensors.size(), some(tensors)));
    }
  }

  /** A model in many formats, by several methods. */
  public static void comparison(Worksheet sheet, List<Comparison.Line> lines) {
    Table table =
        Table.of(
            "Bits and bytes of the whole model; errors ‖X Ŵᵀ - X Wᵀ‖ / ‖X Wᵀ‖ of its linear layers"
                + " on the text, X as the file's own weights give it; the text foreseen",
            "format",
            "method",
            "bits",
            "bytes",
            "mean error",
            "worst",
            "of",
            "nats a token",
            "perplexity",
            "tokens/s");
    for (Comparison.Line line : lines) {
      table.row(
          line.name(),
          line.method(),
          Numbers.fixed(line.bits(), 2),
          Numbers.bytes(line.bytes()),
          line.errors().isEmpty() ? "-" : percent(line.meanError()),
          line.worst().map(w -> percent(w.getValue())).orElse("-"),
          line.worst().map(w -> Text.shortened(w.getKey(), SHOWN_LENGTH)).orElse("-"),
          Numbers.fixed(line.score().mean(), 5),
          Numbers.fixed(line.score().perplexity(), 4),
          Numbers.count(Math.round(line.tokensPerSecond())));
    }
    sheet.table(table);
    sheet.text(
        "GGUF's types round the tokens' table and the head too, to nearest; the others leave both"
            + " as they are. Rows that are not whole blocks of a GGUF type stay as they are. AWQ's lines"
            + " have scales of inputs for every layer, which add to the bits; a file by --to has room"
            + " for those alone before which a norm stands. Every line is computed with its weights"
            + " widened to float32, so tokens a second do not tell the formats' speed.");
  }

  private static String percent(double x) {
    return Numbers.fixed(100 * x, 3) + " %";
  }

  private static String bits(long bytes, long numbers) {
    return numbers == 0 ? "-" : Numbers.fixed(8.0 * bytes / numbers, 2);
  }

  /** How well each foresees a text. */
  public static void scores(Worksheet sheet, LogLikelihood before, LogLikelihood after) {
    Map<String, LogLikelihood> all = new LinkedHashMap<>();
    all.put("before", before);
    all.put("after", after);
    Table table =
        Table.of(
            String.format(
                Locale.ROOT,
                "%,d tokens of the text foreseen, weights widened, activations in float32",
                before.tokens()),
            "weights",
            "nats a token",
            "perplexity");
    all.forEach(
        (name, l) -> table.row(name, Numbers.fixed(l.mean(), 5), Numbers.fixed(l.perplexity(), 4)));
    sheet.table(table);
  }
}

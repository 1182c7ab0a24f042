package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.core.Check;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.LogLikelihood;
import org.workedanswers.transformer.Retention;
import org.workedanswers.transformer.Storage;

/**
 * What a model loses beyond the length L of its training, by where a token stands, plain, with
 * scaled positions, and with a cache that forgets.
 *
 * <p>A text is a file's documents one after the other, each begun with the model's own token, from
 * the first document on again where the file ends; several texts begin at several documents. What
 * is given is -ln P a token, by places in the text.
 *
 * @param file the model
 * @param documents of the text
 * @param upto how many times L the longest text is
 * @param texts how many texts, each begun at another document
 */
public record ContextLoss(DecoderFile file, List<String> documents, int upto, int texts) {
  private static final int SINKS = 4;

  /** Ends of the bands, in L: the first two lie inside. */
  private static final double[] ENDS = {0.5, 1, 1.5, 2, 4, 8, 16};

  /** A row: how positions are told, and the mean of every band that it reaches. */
  public record Row(String name, double[] bands) {}

  /** Checks the counts. */
  public ContextLoss {
    documents = List.copyOf(documents);
    Check.range("upto", upto, 1, 16);
    Check.range("texts", texts, 1, 64);
    Check.that(!documents.isEmpty(), "there is no document");
    Check.that(
        (long) upto * file.config().context() <= 1 << 17,
        "%d times the context of %d tokens is more than %d",
        upto,
        file.config().context(),
        1 << 17);
  }

  /** All rows. */
  public List<Row> measure(Compute compute) {
    int trained = file.config().context();
    int longest = upto * trained;
    List<int[]> tokens = tokens(longest);
    double[] multiples = Arrays.stream(ENDS).filter(m -> m > 1 && m <= upto).toArray();
    int rows = 5 + 4 * multiples.length;
    Progress progress = Progress.of("rows", rows);
    List<Row> all = new ArrayList<>();
    try {
      Retention whole = Retention.all(longest + 1);
      all.add(row("plain", file, whole, compute, tokens, longest));
      DecoderFile dynamic = scaled(new ContextScale(ContextScale.Kind.DYNAMIC, 1), longest);
      all.add(row("dynamic NTK", dynamic, whole, compute, tokens, longest));
      progress.at(all.size());
      for (double m : multiples) {
        int n = (int) (m * trained);
        for (ContextScale.Kind kind :
            List.of(
                ContextScale.Kind.LINEAR,
                ContextScale.Kind.NTK,
                ContextScale.Kind.YARN,
                ContextScale.Kind.LONGROPE)) {
          ContextScale scale = new ContextScale(kind, m);
          String name = kind.title() + ", s = " + Numbers.shortest(m);
          all.add(row(name, scaled(scale, n), Retention.all(n + 1), compute, tokens, n));
          progress.at(all.size());
        }
      }
      int window = Math.max(1, trained / 2);
      int held = Math.max(1, window - SINKS);
      all.add(row("window of " + window, file, Retention.window(window), compute, tokens, longest));
      all.add(
          row(
              "no sinks, the newest " + window,
              file,
              Retention.streaming(0, window),
              compute,
              tokens,
              longest));
      all.add(
          row(
              SINKS + " sinks, the newest " + held,
              file,
              Retention.streaming(SINKS, held),
              compute,
              tokens,
              longest));
    } finally {
      progress.end();
    }
    return all;
  }

  private DecoderFile scaled(ContextScale scale, int length) {
    return file.with(scale.apply(file.config(), length));
  }

  private List<int[]> tokens(int length) {
    List<int[]> encoded = documents.stream().map(d -> file.tokens().encode(d)).toList();
    Check.that(encoded.stream().anyMatch(t -> t.length > 0), "the text has no token to foresee");
    List<int[]> all = new ArrayList<>();
    for (int text = 0; text < texts; text++) {
      int[] tokens = new int[length + 1];
      int at = 0;
      for (int d = text; at < tokens.length; d++) {
        int[] next = encoded.get(d % encoded.size());
        int taken = Math.min(next.length, tokens.length - at);
        System.arraycopy(next, 0, tokens, at, taken);
        at += taken;
      }
      all.add(tokens);
    }
    return all;
  }

  private Row row(
      String name,
      DecoderFile model,
      Retention kept,
      Compute compute,
      List<int[]> tokens,
      int length) {
    Decoder decoder = model.decoder(Storage.STORED, Math.min(length, kept.held()));
    double[] sums = new double[ENDS.length];
    long[] counts = new long[ENDS.length];
    int trained = file.config().context();
    for (int[] text : tokens) {
      double[] each =
          LogLikelihood.each(decoder.start(compute, kept), Arrays.copyOf(text, length + 1));
      for (int i = 0, band = 0; i < each.length; i++) {
        while (i >= ENDS[band] * trained) {
          band++;
        }
        sums[band] += each[i];
        counts[band]++;
      }
    }
    int reached = 0;
    while (reached < ENDS.length && counts[reached] > 0) {
      sums[reached] /= counts[reached];
      reached++;
    }
    return new Row(name, Arrays.copyOf(sums, reached));
  }

  /** The rows as a table. */
  public Table table(List<Row> rows) {
    int bands = rows.stream().mapToInt(r -> r.bands().length).max().orElseThrow();
    List<String> head = new ArrayList<>(List.of("positions"));
    double from = 0;
    for (double end : Arrays.copyOf(ENDS, bands)) {
      head.add(Numbers.shortest(from) + " to " + Numbers.shortest(end) + " L");
      from = end;
    }
    Table table =
        Table.of(
            "-ln P a token by place, L = " + Numbers.count(file.config().context()) + " tokens",
            head.toArray(String[]::new));
    for (Row row : rows) {
      List<Object> cells = new ArrayList<>(List.of(row.name()));
      for (int b = 0; b < bands; b++) {
        cells.add(b < row.bands().length ? Numbers.fixed(row.bands()[b], 3) : "");
      }
      table.row(cells.toArray());
    }
    return table;
  }

  /** The row of that name. */
  public static Optional<Row> named(List<Row> rows, String name) {
    return rows.stream().filter(r -> r.name().equals(name)).findFirst();
  }
}

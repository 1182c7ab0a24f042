package org.workedanswers.answers.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
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
 * @param window how many tokens' keys and values a cache that forgets holds, sinks among them
 */
public record ContextLoss(
    DecoderFile file, List<String> documents, int upto, int texts, int window) {
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
    Check.range("--window", window, SINKS + 1, Math.max(SINKS + 1, file.config().context()));
    Check.that(!documents.isEmpty(), "there is no document");
    Check.that(
        (long) upto * file.config().context() <= 1 << 17,
        "%d times the context of %d tokens is more than %d",
        upto,
        file.config().context(),
        1 << 17);
  }

  /** The same with a window of half of L. */
  public ContextLoss(DecoderFile file, List<String> documents, int upto, int texts) {
    this(file, documents, upto, texts, Math.max(SINKS + 1, file.config().context() / 2));
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
      all.add(row("dynamic NTK, factor 1", dynamic, whole, compute, tokens, longest));
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
          String name = kind.title() + ", s = " + multiple(m);
          all.add(row(name, scaled(scale, n), Retention.all(n + 1), compute, tokens, n));
          progress.at(all.size());
        }
      }
      int newest = window - SINKS;
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
              SINKS + " sinks, the newest " + newest,
              file,
              Retention.streaming(SINKS, newest),
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
      head.add(multiple(from) + " to " + multiple(end) + " L");
      from = end;
    }
    Table table =
        Table.of(
            "-ln P in nats a token, by its place in the text; L = "
                + Numbers.count(file.config().context())
                + " tokens, the model's training",
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

  /** A multiple of L as a reader writes it: 2, 1.5. */
  private static String multiple(double m) {
    return m == Math.rint(m) ? Numbers.count((long) m) : Double.toString(m);
  }

  /** What the table's last rows mean. */
  public String note() {
    return String.format(
        Locale.ROOT,
        "Texts are made of the documents one after the other, from another one on each, and of the"
            + " first again after the last. Columns have other parts of them: compare within one. A"
            + " scaling is blank beyond what it stretches to. The last three hold the keys and values of %,d tokens. Without sinks it is the window again:"
            + " positions are relative, so it does not matter whether places are counted in the text"
            + " or in the cache. Sinks hold the first %d tokens in the stead of newer ones: a model"
            + " that misses the first gains by it, any other loses, and in a large window neither"
            + " shows. A smaller --window shows more.",
        window,
        SINKS);
  }

  /** The row of that name. */
  public static Optional<Row> named(List<Row> rows, String name) {
    return rows.stream().filter(r -> r.name().equals(name)).findFirst();
  }
}

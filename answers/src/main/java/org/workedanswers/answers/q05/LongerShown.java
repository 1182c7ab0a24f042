package org.workedanswers.answers.q05;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.attention.ContextCost;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.RollingKvCache;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;

/** Contexts longer than the training, and what a real model's context takes. */
final class LongerShown {
  private static final int K = 1024;
  private static final int TRAINED = 4 * K;
  private static final int TIMES = 4;
  private static final int[] PAIRS = {0, 16, 24, 32, 40, 48, 56, 63};
  private static final int WIDTH = 128;
  private static final int WINDOW = 4 * K;

  private LongerShown() {}

  static void show(Worksheet sheet) {
    frequencies(sheet);
    rolling(sheet);
    accounts(sheet);
  }

  private static void frequencies(Worksheet sheet) {
    sheet.heading("Positions that were never trained");
    Map<String, RopeScaling> scalings = RopeClaim.scalings(TIMES, TRAINED, Rope.BASE, WIDTH);
    List<String> columns = new ArrayList<>(List.of("pair"));
    columns.addAll(scalings.keySet());
    Table table =
        Table.of(
            "Tokens until a pair of columns comes round, a head of 128, trained with 4K, for 16K",
            columns.toArray(String[]::new));
    for (int p : PAIRS) {
      List<Object> row = new ArrayList<>(List.of(p));
      for (RopeScaling scaling : scalings.values()) {
        double theta = scaling.frequencies(WIDTH, Rope.BASE, TIMES * TRAINED)[p];
        row.add(Numbers.shortest(2 * Math.PI / theta));
      }
      table.row(row.toArray());
    }
    sheet.table(table);
    sheet.text(
        "What comes round within 4,096 tokens has shown the model all its angles; what does not"
            + " meets new ones beyond. Position interpolation slows every pair by 4, so that"
            + " neighbours are closer than any trained; NTK slows the fast pairs, which tell neighbours apart,"
            + " the less the faster they are, and some slow ones by less than 4; the others leave the"
            + " fast ones alone. YaRN also multiplies queries and keys by "
            + Numbers.fixed(scalings.get("YaRN").attentionFactor(), 3)
            + ". LongRoPE's factors are found by search; those shown are not: 1 where a pair comes"
            + " round, else 4.");
  }

  private static void rolling(Worksheet sheet) {
    sheet.heading("A text longer than what is kept");
    sheet.text(
        "A cache with 2 attention sinks and a window of 4, token by token: which tokens of the text"
            + " it holds. Keys are turned by their places in it, so no distance passes 5, however"
            + " long the text.");
    RollingKvCache cache = new RollingKvCache(1, 2, 2, 4);
    Table table = Table.of("", "after token", "place 0", "1", "2", "3", "4", "5");
    for (int t = 0; t < 12; t++) {
      cache.append(Matrix.zeros(1, 2), Matrix.zeros(1, 2));
      if (t == 2 || t == 5 || t == 6 || t == 7 || t == 11) {
        List<Object> row = new ArrayList<>(List.of(t));
        IntStream.range(0, 6)
            .forEach(i -> row.add(i < cache.length() ? "" + cache.position(i) : "-"));
        table.row(row.toArray());
      }
    }
    sheet.table(table);
  }

  private static void accounts(Worksheet sheet) {
    sheet.heading("Memory and work of a real model, to a million tokens");
    ModelShape model = ModelShape.LLAMA_3_8B;
    ModelShape.Attention a = model.attention();
    ContextCost cost =
        new ContextCost(
            model.layers(), new MultiHead(a.heads(), a.kvHeads()), a.headSize(), a.headSize());
    ContextCost ungrouped =
        new ContextCost(model.layers(), new MultiHead(a.heads()), a.headSize(), a.headSize());
    Table table =
        Table.of(
            model.name()
                + ": keys and values in 16 bits; attention's multiply-adds for a whole causal text, in"
                + " 10¹²",
            "context",
            "a head each",
            "grouped",
            "window of 4K",
            "multiply-adds",
            "windowed");
    for (int n : new int[] {2 * K, 8 * K, 32 * K, 128 * K, K * K}) {
      long causal = cost.multiplyAdds(n, Mask.causal());
      table.row(
          n < K * K ? n / K + "K" : n / K / K + "M",
          Numbers.bytes(ungrouped.cacheBytes(n, 16)),
          Numbers.bytes(cost.cacheBytes(n, 16)),
          Numbers.bytes(cost.cacheBytes(Math.min(n, WINDOW), 16)),
          Numbers.shortest(causal / 1e12),
          Numbers.shortest(cost.multiplyAdds(n, Mask.slidingWindow(WINDOW)) / 1e12));
    }
    sheet.table(table);
    sheet.text(
        "Counted, not run. A head each: as if all "
            + a.heads()
            + " heads of queries had keys and values of their own; grouped: "
            + a.kvHeads()
            + " heads of keys for them all, as the model has it. The weights' own multiply-adds, about "
            + Numbers.fixed(model.total() / 1e9, 0)
            + " · 10⁹ a token, grow with the text alone; the cache is read once for every token that"
            + " is written.");
  }
}

package org.workedanswers.answers.q05;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Counts;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** The claims of question 5. Each takes what it judges, so that a test can hand it a broken one. */
final class ContextClaims {
  /** A text of more tokens than one block of keys holds, for what needs several. */
  static final String PASSAGE =
      "The ferry leaves the old harbour at seven in the morning, when the fog still hangs over the"
          + " water and the gulls are louder than the engine. Most of the passengers work on the"
          + " island: a baker, two teachers, the woman who keeps the lighthouse and a man who mends"
          + " nets for boats that no longer go out. They sit where they always sit, and they talk"
          + " about the weather as if it were a neighbour who cannot be trusted. By the time the fog"
          + " lifts, the island is close enough to count its windows, and everyone stands up at once,"
          + " although the crossing takes another quarter of an hour.";

  private static final int K = 1024;
  private static final double MIB = 1 << 20;

  /** d_k = d_v where inputs are drawn: the width of MiniLM's heads. */
  private static final int WIDTH = 32;

  private ContextClaims() {}

  static List<Claim> all() {
    return List.of(
        memory(PlainAttention::new),
        quadratic(PlainAttention::new, Mask.full()),
        flash(FlashAttention::new),
        window(Mask::slidingWindow),
        global(n -> Mask.windowWithGlobal(Mask.window(4, 4), 0)),
        RopeClaim.standard());
  }

  static Claim memory(Function<Kernels, Attention> form) {
    Value expected = Value.named("2K", 16, "128K", 64 * K, "1M", 4 * K * K);
    return new Claim(
        "q5.memory",
        "Contexts grew from 2K to 128K and 1M tokens; one head's scores in fp32 grow with them from"
            + " 16 MiB to 64 GiB and 4 TiB.",
        "bytes of scratch of plain attention: at 2K counted as it ran, at 128K and 1M as the form"
            + " foretells them (and so at 2K, where both agree)",
        "MiB",
        "contexts of 2K, then of 128K to 1M tokens and more",
        Rule.exactly(expected),
        bench -> {
          Attention attention = form.apply(bench.kernels());
          Matrix x = bench.random("q5.memory").gaussian(2 * K, 4, 1);
          Counts counts = attention.attend(x, x, x, Mask.full(), Matrix.zeros(2 * K, 4));
          checkForetold(attention, counts, 2 * K, 4);
          return Measured.of(
              Value.named(
                  "2K", counts.scratchBytes() / MIB,
                  "128K", attention.scratchBytes(128 * K, 128 * K, 4, 4) / MIB,
                  "1M", attention.scratchBytes(K * K, K * K, 4, 4) / MIB));
        });
  }

  private static void checkForetold(Attention attention, Counts counts, int n, int width) {
    long foretold = attention.scratchBytes(n, n, width, width);
    if (foretold != counts.scratchBytes()) {
      throw new IllegalStateException(
          attention.name()
              + " foretells "
              + foretold
              + " bytes of scratch and took "
              + counts.scratchBytes());
    }
  }

  static Claim quadratic(Function<Kernels, Attention> form, Mask mask) {
    return new Claim(
        "q5.quadratic",
        "Attention costs O(n²) in the context's length n.",
        "multiply-adds that the kernels are asked for at n = 256, 512, 1024, 2048 with d_k = d_v ="
            + " 32, and the slope of their logarithm",
        "1",
        "O(n²)",
        Rule.within(
            Value.named("slope", 2 - 1e-9, "multiply-adds, n = 2048", 2048L * 2048 * 2 * WIDTH),
            Value.named("slope", 2 + 1e-9, "multiply-adds, n = 2048", 2048L * 2048 * 2 * WIDTH)),
        bench -> {
          double[] n = {256, 512, 1024, 2048};
          Cost cost = cost(bench, form, mask, n);
          Cost flash = cost(bench, FlashAttention::new, mask, n);
          return Measured.of(
              Value.named(
                  "slope",
                  Growth.exponent(n, cost.multiplyAdds()),
                  "multiply-adds, n = 2048",
                  cost.multiplyAdds()[n.length - 1]),
              "slope of its measured time: " + slope(n, cost.seconds()),
              "flash attention: slope of multiply-adds "
                  + slope(n, flash.multiplyAdds())
                  + ", of measured time "
                  + slope(n, flash.seconds())
                  + "; it saves memory, not multiply-adds");
        });
  }

  private static String slope(double[] n, double[] y) {
    return Numbers.fixed(Growth.exponent(n, y), 2);
  }

  /** What attention over n random tokens costs, for several n. */
  private record Cost(double[] multiplyAdds, double[] seconds) {}

  private static Cost cost(
      Workbench bench, Function<Kernels, Attention> form, Mask mask, double[] n) {
    double[] multiplyAdds = new double[n.length];
    double[] seconds = new double[n.length];
    for (int i = 0; i < n.length; i++) {
      Matrix x = bench.random("q5.quadratic").gaussian((int) n[i], WIDTH, 1);
      multiplyAdds[i] = multiplyAdds(bench.kernels(), form, x, mask);
      seconds[i] = Clock.best(() -> form.apply(bench.kernels()).attend(x, x, x, mask));
    }
    return new Cost(multiplyAdds, seconds);
  }

  private static long multiplyAdds(
      Kernels kernels, Function<Kernels, Attention> form, Matrix x, Mask mask) {
    CountingKernels counting = new CountingKernels(kernels);
    form.apply(counting).attend(x, x, x, mask);
    return counting.multiplyAdds();
  }

  /** How far float32 may be from double precision for outputs of about 1. */
  private static final double ROUNDING = 5e-5;

  static Claim flash(Function<Kernels, Attention> form) {
    return new Claim(
        "q5.flash",
        "Attention block by block needs O(n) memory instead of O(n²), and its results are the same.",
        "slope of the logarithm of scratch bytes for n = 64K to 1M; largest difference from"
            + " attention in double precision: all heads of MiniLM's first layer on a passage of 126"
            + " tokens, full and causal, and 500 random queries over 700 keys whose scores vary"
            + " widely",
        "1",
        "memory O(n) where it was O(n²), equal results",
        Rule.within(
            Value.named(
                "slope of scratch, blocks",
                0.95,
                "slope of scratch, plain",
                2 - 1e-9,
                "farthest from double",
                0),
            Value.named(
                "slope of scratch, blocks",
                1.05,
                "slope of scratch, plain",
                2 + 1e-9,
                "farthest from double",
                ROUNDING)),
        bench -> {
          Attention blocks = form.apply(bench.kernels());
          Attention plain = new PlainAttention(bench.kernels());
          Matrix x = bench.random("q5.flash").gaussian(2 * K, WIDTH, 1);
          Counts counts = blocks.attend(x, x, x, Mask.causal(), Matrix.zeros(2 * K, WIDTH));
          checkForetold(blocks, counts, 2 * K, WIDTH);
          double[] n = {64 * K, 128 * K, 256 * K, 512 * K, K * K};
          double[] ofBlocks = scratch(blocks, n);
          return Measured.of(
              Value.named(
                  "slope of scratch, blocks", Growth.exponent(n, ofBlocks),
                  "slope of scratch, plain", Growth.exponent(n, scratch(plain, n)),
                  "farthest from double", difference(bench, blocks)),
              "scratch at n = 1M: " + Numbers.bytes(ofBlocks[n.length - 1]),
              "plain attention in float32 is as far: "
                  + Numbers.shortest(difference(bench, plain)));
        });
  }

  private static double[] scratch(Attention attention, double[] n) {
    return Arrays.stream(n)
        .map(each -> attention.scratchBytes((int) each, (int) each, WIDTH, WIDTH))
        .toArray();
  }

  private static double difference(Workbench bench, Attention attention) {
    MiniLm.FirstLayer layer = MiniLm.model().firstLayer(bench.kernels(), PASSAGE);
    MultiHead heads = new MultiHead(MiniLm.HEADS);
    double farthest = 0;
    for (Mask mask : List.of(Mask.full(), Mask.causal())) {
      for (int t = 0; t < MiniLm.HEADS; t++) {
        Matrix q = heads.queryHead(layer.query(), t);
        Matrix k = heads.keyHead(layer.key(), t);
        Matrix v = heads.keyHead(layer.value(), t);
        Matrix output = attention.attend(q, k, v, mask);
        farthest = Math.max(farthest, DoublePrecision.farthest(q, k, v, mask, output));
      }
    }
    SeededRandom random = bench.random("q5.flash difference");
    Matrix q = random.gaussian(500, WIDTH, 2);
    Matrix k = random.gaussian(700, WIDTH, 2);
    Matrix v = random.gaussian(700, WIDTH, 1);
    Matrix output = attention.attend(q, k, v, Mask.causal());
    return Math.max(farthest, DoublePrecision.farthest(q, k, v, Mask.causal(), output));
  }

  static Claim window(IntFunction<Mask> window) {
    Map<String, Double> low = new LinkedHashMap<>();
    Map<String, Double> high = new LinkedHashMap<>();
    low.put("slope in n", 0.95);
    high.put("slope in n", 1.05);
    low.put("slope in w", 0.9);
    high.put("slope in w", 1.1);
    for (int w : WINDOWS) {
      low.put("reach a layer, w = " + w, w - 1.0);
      high.put("reach a layer, w = " + w, w - 1.0);
    }
    return new Claim(
        "q5.window",
        "With a local window of w keys, the token's own among them, attention costs O(n w), and each"
            + " layer reaches w - 1 tokens further.",
        "slopes of the logarithm of multiply-adds, n = 1K to 8K at w = 64 and w = 64 to 512 at n ="
            + " 4K, blocks of 8 x 8; and which outputs change in any bit when the first of 64 tokens"
            + " does, through four layers",
        "1",
        "attention within a local window",
        Rule.within(Value.named(low), Value.named(high)),
        bench -> {
          double[] n = {K, 2 * K, 4 * K, 8 * K};
          double[] w = {64, 128, 256, 512};
          double[] byN =
              Arrays.stream(n).map(x -> windowCost(bench, x, window.apply(64))).toArray();
          double[] byW =
              Arrays.stream(w).map(x -> windowCost(bench, 4 * K, window.apply((int) x))).toArray();
          Map<String, Double> measured = new LinkedHashMap<>();
          measured.put("slope in n", Growth.exponent(n, byN));
          measured.put("slope in w", Growth.exponent(w, byW));
          for (int each : WINDOWS) {
            int[] farthest = farthest(bench, window.apply(each));
            measured.put("reach a layer, w = " + each, (double) farthest[LAYERS - 1] / LAYERS);
          }
          return Measured.of(
              Value.named(measured),
              "a window of i-w to i holds w + 1 keys and reaches w further a layer: implementations"
                  + " differ by this one");
        });
  }

  private static final int[] WINDOWS = {2, 3, 8};
  static final int LAYERS = 4;

  private static double windowCost(Workbench bench, double n, Mask mask) {
    Matrix x = bench.random("q5.window").gaussian((int) n, 8, 1);
    return multiplyAdds(
        bench.kernels(), kernels -> new FlashAttention(kernels, Scale.INVERSE_ROOT, 8, 8), x, mask);
  }

  /** The farthest position that feels a change of the first token, after each layer. */
  static int[] farthest(Workbench bench, Mask mask) {
    Attention plain = new PlainAttention(bench.kernels());
    return Reach.farthest(Reach.of(plain, bench.random("q5.reach"), mask, 64, 0, LAYERS));
  }

  static Claim global(IntFunction<Mask> maskFor) {
    return new Claim(
        "q5.global",
        "A local window with a few global tokens keeps attention linear in n, and still links every"
            + " token to every other.",
        "slope of the logarithm of pairs attended, n = 512 to 8K, four keys to each side and the"
            + " first token global; layers until a change of the first, and of the last of 512"
            + " tokens is felt by all",
        "1",
        "a local window (Longformer)",
        Rule.within(
            Value.named("slope in n", 0.99, "layers from the first", 1, "layers from the last", 2),
            Value.named("slope in n", 1.01, "layers from the first", 1, "layers from the last", 2)),
        bench -> {
          double[] n = {512, K, 2 * K, 4 * K, 8 * K};
          double[] pairs = Arrays.stream(n).map(x -> attended(bench, (int) x, maskFor)).toArray();
          return Measured.of(
              Value.named(
                  "slope in n", Growth.exponent(n, pairs),
                  "layers from the first", layersToAll(bench, maskFor.apply(512), 0),
                  "layers from the last", layersToAll(bench, maskFor.apply(512), 511)),
              "the window alone would take "
                  + (511 + 3) / 4
                  + " layers from one end of 512 tokens to the other");
        });
  }

  private static double attended(Workbench bench, int n, IntFunction<Mask> maskFor) {
    Matrix x = bench.random("q5.global").gaussian(n, 4, 1);
    FlashAttention flash = new FlashAttention(bench.kernels());
    return flash.attend(x, x, x, maskFor.apply(n), Matrix.zeros(n, 4)).attended();
  }

  private static int layersToAll(Workbench bench, Mask mask, int changed) {
    Attention plain = new PlainAttention(bench.kernels());
    return Reach.layersToAll(
        Reach.of(plain, bench.random("q5.global reach"), mask, 512, changed, LAYERS));
  }
}

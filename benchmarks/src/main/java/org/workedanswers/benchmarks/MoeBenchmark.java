package org.workedanswers.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;

/**
 * Two of eight experts against the dense layer of the same total size, on one thread.
 *
 * <p>Width 384, experts of 384 hidden units with GELU, the dense layer has 3072. By count the
 * mixture takes a quarter of the multiply-adds and exponentials. {@link #topTwo} groups tokens by
 * expert, so that an expert's weights are read once; {@link #topTwoTokenByToken} sends each token
 * through its experts alone, the same bits with nothing shared.
 *
 * <p>Pitfalls. With one token nothing can be grouped: both forms read two experts, the dense layer
 * all eight, and what counts is how fast weights come from memory. With many tokens all eight
 * experts are read and only the arithmetic is saved; an expert then gets a quarter of the tokens, a
 * lower matrix, on which packed products do less well. Plain loops walk down columns, so a wide
 * dense matrix costs them more for each product than a narrow expert: their ratio says more of
 * caches than of experts. The router is random and its load uneven. The result of a whole layer is
 * returned, so the JIT can't leave it out.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class MoeBenchmark {
  private static final int WIDTH = 384;
  private static final int HIDDEN = 384;
  private static final int EXPERTS = 8;
  private static final int K = 2;

  /** Rows of x: 1 as in generating, many as in reading a prompt. */
  @Param({"1", "16", "128"})
  public int tokens;

  /** Whose products. */
  @Param({"plain", "simd", "nd4j"})
  public String kernels;

  private Kernels chosen;
  private Matrix x;
  private FeedForward dense;
  private MixtureOfExperts mixture;

  /** Makes the layers, and holds all forms against plain once. */
  @Setup
  public void setup() {
    chosen = KernelsChoice.named(kernels);
    SeededRandom random = new SeededRandom(15);
    x = random.gaussian(tokens, WIDTH, 1);
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < EXPERTS; e++) {
      experts.add(layer(random, HIDDEN));
    }
    dense = layer(random, EXPERTS * HIDDEN);
    mixture =
        new MixtureOfExperts(
            new Router(random.gaussian(WIDTH, EXPERTS, 0.05), K, Gating.TOP_K_THEN_SOFTMAX),
            experts);
    close("dense", dense.apply(PlainKernels.PLAIN, x), dense());
    Matrix expected = mixture.apply(PlainKernels.PLAIN, x);
    close("mixture", expected, topTwo());
    close("token by token", expected, topTwoTokenByToken());
  }

  private static FeedForward layer(SeededRandom random, int hidden) {
    return FeedForward.dense(
        Activation.GELU,
        random.gaussian(WIDTH, hidden, 0.05),
        random.gaussian(1, hidden, 0.05).data(),
        random.gaussian(hidden, WIDTH, 0.05),
        random.gaussian(1, WIDTH, 0.05).data());
  }

  private static void close(String what, Matrix expected, Matrix actual) {
    for (int i = 0; i < expected.data().length; i++) {
      double off = Math.abs(expected.data()[i] - actual.data()[i]);
      if (!(off <= 1e-4)) {
        throw new IllegalStateException(what + " is off by " + off + " at element " + i);
      }
    }
  }

  /** All hidden units for every token. */
  @Benchmark
  public Matrix dense() {
    return dense.apply(chosen, x);
  }

  /** Two experts a token, tokens grouped by expert. */
  @Benchmark
  public Matrix topTwo() {
    return mixture.apply(chosen, x);
  }

  /** Two experts a token, each token by itself. */
  @Benchmark
  public Matrix topTwoTokenByToken() {
    Matrix y = Matrix.zeros(tokens, WIDTH);
    for (int t = 0; t < tokens; t++) {
      y.rows(t, t + 1).set(mixture.apply(chosen, x.rows(t, t + 1)));
    }
    return y;
  }
}

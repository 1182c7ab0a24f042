package org.workedanswers.benchmarks.comparisons;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;

/**
 * Two of eight experts, and the dense layer with as many parameters as all eight. By count the
 * mixture takes a quarter of the arithmetic; the two do not give the same, so each is held against
 * plain kernels.
 */
public final class ExpertsDense implements Comparison {
  private static final int TOKENS = 512;
  private static final int WIDTH = 384;
  private static final int HIDDEN = 1536;
  private static final int EXPERTS = 8;
  private static final int K = 2;
  private static final int CHECKED_TOKENS = 16;
  private static final double GOAL = 3.6;

  @Override
  public void run(Report report) {
    Kernels kernels = Ours.kernels();
    SeededRandom random = new SeededRandom(15);
    Matrix x = random.gaussian(TOKENS, WIDTH, 1);
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < EXPERTS; e++) {
      experts.add(layer(random, HIDDEN));
    }
    FeedForward dense = layer(random, EXPERTS * HIDDEN);
    Router router = new Router(random.gaussian(WIDTH, EXPERTS, 0.05), K, Gating.TOP_K_THEN_SOFTMAX);
    MixtureOfExperts mixture = new MixtureOfExperts(router, experts);
    Matrix some = x.rows(0, CHECKED_TOKENS);
    Same.check(
        "the dense layer",
        dense.apply(PlainKernels.PLAIN, some),
        dense.apply(kernels, x).rows(0, CHECKED_TOKENS),
        1e-3);
    Same.check(
        "the mixture",
        mixture.apply(PlainKernels.PLAIN, some),
        mixture.apply(kernels, x).rows(0, CHECKED_TOKENS),
        1e-3);
    report.race(
        K + " of " + EXPERTS + " experts, " + TOKENS + " tokens",
        GOAL,
        Contender.of("mixture", () -> mixture.apply(kernels, x)),
        Contender.of("our dense layer", () -> dense.apply(kernels, x)));
  }

  private static FeedForward layer(SeededRandom random, int hidden) {
    return FeedForward.dense(
        Activation.GELU,
        random.gaussian(WIDTH, hidden, 0.05),
        random.gaussian(1, hidden, 0.05).data(),
        random.gaussian(hidden, WIDTH, 0.05),
        random.gaussian(1, WIDTH, 0.05).data());
  }
}

package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.quantization.GgufType;

/** A quantised matrix by a vector: GGUF's own layout, and the one that rows are repacked to. */
public final class GgufRepacked implements Comparison {
  private static final double Q4_0_GOAL = 0.42;
  private static final double Q8_0_GOAL = 0.68;

  @Override
  public void run(Report report) {
    MatrixByVector product = MatrixByVector.random();
    race(report, Q4_0_GOAL, product, GgufType.Q4_0);
    race(report, Q8_0_GOAL, product, GgufType.Q8_0);
  }

  private static void race(Report report, double goal, MatrixByVector product, GgufType type) {
    report.race(type + " in GGUF's layout", goal, product.gguf(type), product.ours(type));
  }
}

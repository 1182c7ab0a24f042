package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.quantization.GgufType;

/** A quantised matrix by a vector, and the fp32 one, which has up to seven times the bytes. */
public final class QuantizedF32 implements Comparison {
  private static final double Q4_0_GOAL = 4;
  private static final double Q8_0_GOAL = 3;

  @Override
  public void run(Report report) {
    MatrixByVector product = MatrixByVector.random();
    report.race("Q4_0 matrix by vector", Q4_0_GOAL, product.ours(GgufType.Q4_0), product.f32());
    report.race("Q8_0 matrix by vector", Q8_0_GOAL, product.ours(GgufType.Q8_0), product.f32());
  }
}

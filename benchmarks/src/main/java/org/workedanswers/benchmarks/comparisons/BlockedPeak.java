package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;

/** The share of the peak of multiply-adds that products without the vector module reach. */
public final class BlockedPeak implements Comparison {
  private static final double GOAL = 25.0 / 115;

  @Override
  public void run(Report report) {
    for (int n : Square.SIZES) {
      Square square = Square.of(n);
      Contender blocked = square.ours(BlockedKernels.BLOCKED, Loop.sequential());
      blocked.call().run();
      square.check("the product by blocked kernels", square.c());
      report.race("product " + n + ", blocked kernels", GOAL, blocked, FmaPeak.contender());
    }
  }
}

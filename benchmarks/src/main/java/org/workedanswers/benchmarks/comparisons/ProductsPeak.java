package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;

/** The share of the peak of multiply-adds that our product reaches. */
public final class ProductsPeak implements Comparison {
  private static final double GOAL = 0.88;

  @Override
  public void run(Report report) {
    for (int n : Square.SIZES) {
      Square square = Square.of(n);
      Contender ours = square.ours(Ours.kernels(), Loop.sequential());
      ours.call().run();
      square.check("our product", square.c());
      report.race("product " + n, GOAL, ours, FmaPeak.contender());
    }
  }
}

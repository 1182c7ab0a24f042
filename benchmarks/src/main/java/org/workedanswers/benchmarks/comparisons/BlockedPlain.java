package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;

/** Attention by blocks without the vector module, and the form to read on plain kernels. */
public final class BlockedPlain implements Comparison {
  private static final int N = 2048;
  private static final double GOAL = 5;

  @Override
  public void run(Report report) {
    Heads heads = Heads.of(N);
    Loop one = Loop.sequential();
    Contender blocked =
        heads.ours("blocked", Ours.attention(BlockedKernels.BLOCKED), one, Mask.full());
    blocked.call().run();
    heads.check("attention by blocked kernels", Mask.full(), heads.output());
    report.race(
        "attention " + N + ", blocked kernels",
        GOAL,
        blocked,
        heads.ours("our plain form", new PlainAttention(PlainKernels.PLAIN), one, Mask.full()));
  }
}

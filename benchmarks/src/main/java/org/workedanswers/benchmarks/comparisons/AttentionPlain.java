package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;

/** Our fast form of attention and the one to read. */
public final class AttentionPlain implements Comparison {
  private static final int N = 2048;
  private static final double GOAL = 25;

  @Override
  public void run(Report report) {
    Heads heads = Heads.of(N);
    Loop one = Loop.sequential();
    Contender ours = heads.ours("ours", Ours.attention(Ours.kernels()), one, Mask.full());
    ours.call().run();
    heads.check("our attention", Mask.full(), heads.output());
    report.race(
        "attention " + N,
        GOAL,
        ours,
        heads.ours("our plain form", new PlainAttention(PlainKernels.PLAIN), one, Mask.full()));
  }
}

package org.workedanswers.peers;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.workedanswers.attention.Mask;
import org.workedanswers.benchmarks.comparisons.Heads;
import org.workedanswers.benchmarks.comparisons.Ours;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Our attention and libtorch's {@code scaled_dot_product_attention}, whose kernel for CPUs works by
 * blocks as ours does. Both read the heads side by side in a row.
 */
public final class AttentionLibtorch implements Comparison {
  @Override
  public void run(Report report) {
    Torch.oneThread();
    race(report, 2048, Mask.full(), 1.15);
    race(report, 8192, Mask.full(), 1.15);
    race(report, 512, Mask.causal(), 1.5);
    race(report, 2048, Mask.causal(), 1.3);
    race(report, 8192, Mask.causal(), 1.3);
  }

  private static void race(Report report, int n, Mask mask, double goal) {
    boolean causal = mask.equals(Mask.causal());
    String name = (causal ? "causal attention " : "attention ") + n;
    Heads heads = Heads.of(n);
    Contender ours = heads.ours("ours", Ours.attention(Ours.kernels()), Loop.sequential(), mask);
    ours.call().run();
    heads.check("our attention", mask, heads.output());
    try (Tensor q = heads(heads.q());
        Tensor k = heads(heads.k());
        Tensor v = heads(heads.v())) {
      try (Tensor got = attend(q, k, v, causal)) {
        heads.check("libtorch's attention", mask, sideBySide(got));
      }
      report.race(
          name,
          goal,
          ours,
          Contender.of("libtorch attention", () -> attend(q, k, v, causal).close()));
    }
  }

  private static Tensor attend(Tensor q, Tensor k, Tensor v, boolean causal) {
    return torch.scaled_dot_product_attention(
        q, k, v, new TensorOptional(), 0, causal, new DoubleOptional(), false);
  }

  /** [n x heads·d] as [1 x heads x n x d], the same memory. */
  private static Tensor heads(Matrix rows) {
    return Torch.tensor(rows).view(1, rows.rows(), Heads.HEADS, Heads.WIDTH).transpose(1, 2);
  }

  /** [1 x heads x n x d] as [n x heads·d]. */
  private static Matrix sideBySide(Tensor heads) {
    return Torch.matrix(
        heads.transpose(1, 2).contiguous().view(heads.size(2), Heads.HEADS * Heads.WIDTH));
  }
}

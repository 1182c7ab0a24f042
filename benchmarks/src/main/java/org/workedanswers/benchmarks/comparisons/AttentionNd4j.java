package org.workedanswers.benchmarks.comparisons;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.workedanswers.attention.Mask;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.nd4j.IndArrays;

/**
 * Our attention and ND4J's {@code dotProductAttention}, which takes a head as a batch's element and
 * wants [heads x d x n]. Its operands are laid out so before the clock starts.
 */
public final class AttentionNd4j implements Comparison {
  private static final int N = 2048;
  private static final double GOAL = 8;

  @Override
  public void run(Report report) {
    Heads heads = Heads.of(N);
    Contender ours =
        heads.ours("ours", Ours.attention(Ours.kernels()), Loop.sequential(), Mask.full());
    ours.call().run();
    heads.check("our attention", Mask.full(), heads.output());
    try (INDArray q = batch(heads.q());
        INDArray k = batch(heads.k());
        INDArray v = batch(heads.v())) {
      try (INDArray got = attend(q, k, v)) {
        heads.check("dotProductAttention", Mask.full(), sideBySide(got));
      }
      report.race(
          "attention " + N,
          GOAL,
          ours,
          Contender.of("ND4J dotProductAttention", () -> attend(q, k, v).close()));
    }
  }

  /** Softmax(Kᵀ Q / √d) on each head, with ND4J's scaling. */
  private static INDArray attend(INDArray q, INDArray k, INDArray v) {
    return Nd4j.nn().dotProductAttention(q, k, v, null, true);
  }

  /** [n x heads·d] as [heads x d x n]. */
  private static INDArray batch(Matrix rows) {
    try (INDArray flat = IndArrays.of(rows.transposed())) {
      return flat.reshape(Heads.HEADS, Heads.WIDTH, N).dup('c');
    }
  }

  /** [heads x d x n] as [n x heads·d]. */
  private static Matrix sideBySide(INDArray batch) {
    return IndArrays.matrix(batch.reshape(Heads.HEADS * Heads.WIDTH, N)).transposed();
  }
}

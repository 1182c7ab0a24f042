package org.workedanswers.attention;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * {@link Attention} as its formula stands: all n x m scores are held at once.
 *
 * <p>Work: {@code n · m · (d_k + d_v)} multiply-adds, whatever the mask. Scratch: {@code 4 · n · m}
 * bytes.
 */
public final class PlainAttention implements Attention {
  private final Kernels kernels;
  private final Scale scale;

  /** Scaled by 1/√d_k. */
  public PlainAttention(Kernels kernels) {
    this(kernels, Scale.INVERSE_ROOT);
  }

  /** With a scale of the caller's choice. */
  public PlainAttention(Kernels kernels, Scale scale) {
    this.kernels = kernels;
    this.scale = scale;
  }

  @Override
  public String name() {
    return "plain";
  }

  /** {@inheritDoc} Here 4 · n · m: the scores in float32, whatever the widths. */
  @Override
  public long scratchBytes(int n, int m, int dk, int dv) {
    return (long) Float.BYTES * n * m;
  }

  @Override
  public Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    Attention.checkShapes(q, k, v, mask, output);
    Matrix scores = kernels.multiplyTransposed(q, k); // Q Kᵀ   [n x m]
    multiply(scores, scale.of(q.cols()));
    return weigh(scores, q, k, v, mask, output);
  }

  /** The same steps with every intermediate value kept: three more n x m matrices. */
  public AttentionTrace explain(Matrix q, Matrix k, Matrix v, Mask mask) {
    Matrix output = Matrix.zeros(q.rows(), v.cols());
    Attention.checkShapes(q, k, v, mask, output);
    Matrix scores = kernels.multiplyTransposed(q, k); // Q Kᵀ   [n x m]
    Matrix scaled = scores.copy();
    multiply(scaled, scale.of(q.cols()));
    Matrix weights = scaled.copy();
    Counts counts = weigh(weights, q, k, v, mask, output);
    return new AttentionTrace(scores, scaled, weights, output, counts);
  }

  /** Makes the scaled scores weights, in place, and writes weights times V to the output. */
  private Counts weigh(Matrix s, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    int n = s.rows();
    int m = s.cols();
    long attended = 0;
    for (int i = 0; i < n; i++) {
      attended += mask.forbid(m - n + i, 0, m, s.data(), s.index(i, 0)); // -∞
    }
    kernels.softmaxRows(s); // weights   [n x m]
    kernels.gemm(1, s, Op.N, v, Op.N, 0, output); // weights V   [n x d_v]
    RowByRow.mend(kernels, scale.of(q.cols()), m - n, q, k, v, mask, output);
    long scored = (long) n * m;
    return new Counts(
        scored * (q.cols() + v.cols()), scored, attended, (long) Float.BYTES * s.data().length);
  }

  private static void multiply(Matrix m, float factor) {
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        m.data()[m.index(i, j)] *= factor;
      }
    }
  }
}

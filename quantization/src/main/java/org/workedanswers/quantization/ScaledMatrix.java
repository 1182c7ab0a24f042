package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Quantised weights of scaled inputs: Q holds W · diag(s), and inputs are divided by s on their
 * way.
 *
 * <pre>
 * Y = (X diag(s)⁻¹) Qᵀ        Ŵ = Q · diag(s)⁻¹       s [in], Q [out x in]
 * </pre>
 *
 * Where the layer before ends in something that a diagonal passes through (a norm's gain, a linear
 * layer), its outputs can be divided once and for all: {@link #fold(float[])} and {@link
 * #fold(Matrix)} do that, and {@link #inner} is then all that is needed.
 */
public final class ScaledMatrix implements QuantizedMatrix {
  private final QuantizedMatrix inner;
  private final float[] s;

  /**
   * Takes Q as it is and a copy of s.
   *
   * @throws IllegalArgumentException if s is not one finite number above 0 for each column
   */
  public ScaledMatrix(QuantizedMatrix inner, float[] s) {
    checkScales(s, inner.cols());
    this.inner = inner;
    this.s = s.clone();
  }

  static void checkScales(float[] s, int inputs) {
    Check.that(s.length == inputs, "there are %d scales for %d inputs: one each", s.length, inputs);
    for (int j = 0; j < inputs; j++) {
      if (!(s[j] > 0 && s[j] <= Float.MAX_VALUE)) { // NaN too
        throw new IllegalArgumentException(
            String.format("s(%d) is %s: scales must be finite numbers above 0", j, s[j]));
      }
    }
  }

  /** W · diag(s), a new matrix: what is to be quantised. */
  static Matrix multiplied(Matrix w, float[] s) {
    Matrix scaled = Matrix.zeros(w.rows(), w.cols());
    for (int i = 0; i < w.rows(); i++) {
      for (int j = 0; j < w.cols(); j++) {
        scaled.data()[scaled.index(i, j)] = w.data()[w.index(i, j)] * s[j];
      }
    }
    return scaled;
  }

  /** Q, the weights for inputs that are divided already. */
  public QuantizedMatrix inner() {
    return inner;
  }

  /** A copy of s. */
  public float[] scales() {
    return s.clone();
  }

  /**
   * A vector over this layer's inputs divided by s: the gain or the bias of the norm before it, or
   * the bias of the linear layer before it.
   *
   * @throws IllegalArgumentException if its length is not this layer's inputs
   */
  public float[] fold(float[] before) {
    Check.that(
        before.length == s.length,
        "the layer before has %d outputs and this one %d inputs: they must be as many",
        before.length,
        s.length);
    float[] folded = new float[s.length];
    for (int j = 0; j < s.length; j++) {
      folded[j] = before[j] / s[j];
    }
    return folded;
  }

  /**
   * The weights V [in x before] of the linear layer before, its output j divided by sⱼ; a new
   * matrix.
   *
   * @throws IllegalArgumentException if its outputs are not this layer's inputs
   */
  public Matrix fold(Matrix before) {
    Check.that(
        before.rows() == s.length,
        "the layer before is %s and this one has %d inputs: each must have its row",
        before,
        s.length);
    Matrix folded = Matrix.zeros(before.rows(), before.cols());
    for (int j = 0; j < before.rows(); j++) {
      for (int k = 0; k < before.cols(); k++) {
        folded.data()[folded.index(j, k)] = before.data()[before.index(j, k)] / s[j];
      }
    }
    return folded;
  }

  @Override
  public String format() {
    return inner.format() + " scaled inputs";
  }

  @Override
  public int rows() {
    return inner.rows();
  }

  @Override
  public int cols() {
    return inner.cols();
  }

  @Override
  public long payloadBytes() {
    return inner.payloadBytes();
  }

  /** {@inheritDoc} Those of s too, which go when it is folded. */
  @Override
  public long storageBytes() {
    return inner.storageBytes() + (long) s.length * Float.BYTES;
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    inner.dequantizeRow(row, into, offset);
    for (int j = 0; j < s.length; j++) {
      into[offset + j] /= s[j];
    }
  }

  /** {@inheritDoc} X diag(s)⁻¹ is made first, as a copy. */
  @Override
  public void multiplyTransposed(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    RowProducts.checkShapes(this, x, y);
    Matrix divided = Matrix.zeros(x.rows(), x.cols());
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < s.length; j++) {
        divided.data()[divided.index(i, j)] = x.data()[x.index(i, j)] / s[j];
      }
    }
    inner.multiplyTransposed(kernels, loop, divided, y);
  }
}

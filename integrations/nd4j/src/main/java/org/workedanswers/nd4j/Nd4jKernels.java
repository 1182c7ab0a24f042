package org.workedanswers.nd4j;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;

/**
 * The kernels on ND4J, whose products are those of OpenBLAS: a second, independent implementation.
 *
 * <p>It keeps the bounds of {@link Kernels}: sums of products within {@code n · 2⁻²³ · Σ|aᵢbᵢ|},
 * {@code exp} within 2 ulp, softmax as stated there. In what order a product is summed is the
 * BLAS's affair and depends on the whole shape, so {@link #sumsByInnerSizeAlone} is false.
 *
 * <p>Every call copies its operands out of Java's heap and the result back, and an operation costs
 * tens of microseconds before it does anything: it pays for large products and nothing else. It
 * brings threads of its own, so a {@link Loop} is not asked for any. Dot products of bytes are not
 * in ND4J; they are the plain ones.
 */
public final class Nd4jKernels implements Kernels {
  /** ND4J starts here if nobody has started it: half a second or more. */
  Nd4jKernels() {
    Nd4j.getBlasWrapper();
  }

  @Override
  public String name() {
    return Nd4jKernelsProvider.NAME;
  }

  @Override
  public boolean sumsByInnerSizeAlone() {
    return false;
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    Kernels.checkGemm(a, opA, b, opB, c);
    int m = c.rows();
    int n = c.cols();
    if (m == 0 || n == 0) {
      return;
    }
    if (alpha == 0 || opA.cols(a) == 0) {
      scale(beta, c);
      return;
    }
    // Cᵀ = op(B)ᵀ op(A)ᵀ, column by column, has in memory the order of C row by row.
    float[] product = new float[Check.elements("product", m, n)];
    try (INDArray left = IndArrays.of(b); // [k x n] or [n x k]
        INDArray right = IndArrays.of(a); // [m x k] or [k x m]
        INDArray transposed = IndArrays.uninitialized(n, m, 'f')) {
      INDArray leftT = opB == Op.N ? left.transpose() : left; // [n x k]
      INDArray rightT = opA == Op.N ? right.transpose() : right; // [k x m]
      leftT.mmuli(rightT, transposed);
      IndArrays.values(transposed).get(product);
    }
    for (int i = 0; i < m; i++) {
      int ci = c.index(i, 0);
      for (int j = 0; j < n; j++) {
        float p = alpha * product[i * n + j];
        c.data()[ci + j] = beta == 0 ? p : p + beta * c.data()[ci + j];
      }
    }
  }

  private static void scale(float beta, Matrix c) {
    for (int i = 0; i < c.rows(); i++) {
      int ci = c.index(i, 0);
      for (int j = 0; j < c.cols(); j++) {
        c.data()[ci + j] = beta == 0 ? 0 : beta * c.data()[ci + j];
      }
    }
  }

  /** One call for the whole product: ND4J shares it out over threads of its own. */
  @Override
  public void gemm(
      Loop loop, float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    gemm(alpha, a, opA, b, opB, beta, c);
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    Kernels.checkRuns(n, a.length, ao, b.length, bo);
    if (n == 0) {
      return 0;
    }
    try (INDArray x = IndArrays.of(n, a, ao);
        INDArray y = IndArrays.of(n, b, bo)) {
      return (float) Nd4j.getBlasWrapper().dot(x, y);
    }
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    if (n == 0) {
      return;
    }
    try (INDArray from = IndArrays.of(n, x, xo);
        INDArray to = IndArrays.of(n, y, yo)) {
      Nd4j.getBlasWrapper().axpy((Number) alpha, from, to);
      IndArrays.values(to).get(y, yo, n);
    }
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    if (n == 0) {
      return;
    }
    try (INDArray values = IndArrays.of(n, x, xo)) {
      Transforms.exp(values, false);
      IndArrays.values(values).get(y, yo, n);
    }
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    Check.inside("row", xo, n, x.length);
    softmaxRows(Matrix.view(x, xo, 1, n, n));
  }

  /** All rows in one operation. */
  @Override
  public void softmaxRows(Matrix m) {
    if (m.rows() == 0 || m.cols() == 0) {
      return;
    }
    boolean[] masked = new boolean[m.rows()];
    for (int i = 0; i < m.rows(); i++) {
      masked[i] = hasNothingToAttendTo(m, i);
    }
    try (INDArray rows = IndArrays.of(m)) {
      Nd4j.exec(new SoftMax(rows, rows, 1));
      float[] weights = new float[m.rows() * m.cols()];
      IndArrays.values(rows).get(weights);
      for (int i = 0; i < m.rows(); i++) {
        if (!masked[i]) {
          System.arraycopy(weights, i * m.cols(), m.data(), m.index(i, 0), m.cols());
        }
      }
    }
    for (int i = 0; i < m.rows(); i++) {
      if (masked[i]) { // NaN in ND4J, zeros in the contract
        m.rows(i, i + 1).fill(0);
      }
    }
  }

  private static boolean hasNothingToAttendTo(Matrix m, int i) {
    for (int j = 0; j < m.cols(); j++) {
      if (m.data()[m.index(i, j)] != Float.NEGATIVE_INFINITY) {
        return false;
      }
    }
    return true;
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    return PlainKernels.PLAIN.dotFloatInt8(n, x, xo, q, qo);
  }
}

package org.workedanswers.core;

/**
 * The kernels as loops to read. Every other implementation is held against these, and these against
 * double precision.
 *
 * <p>Products are summed in float from the first to the last, in that order. Nothing here needs
 * more than arrays and {@link Math}.
 */
public final class PlainKernels implements Kernels {
  /** The only instance that is needed: it keeps no state. */
  public static final PlainKernels PLAIN = new PlainKernels();

  private PlainKernels() {}

  @Override
  public String name() {
    return "plain";
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    Kernels.checkGemm(a, opA, b, opB, c);
    int inner = alpha == 0 ? 0 : opA.cols(a);
    // One step along a row of op(X), and one down a column, in X's array.
    int alongA = opA == Op.N ? 1 : a.stride();
    int downA = opA == Op.N ? a.stride() : 1;
    int alongB = opB == Op.N ? 1 : b.stride();
    int downB = opB == Op.N ? b.stride() : 1;
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.cols(); j++) {
        float sum = 0;
        int ai = a.offset() + i * downA;
        int bj = b.offset() + j * alongB;
        for (int k = 0; k < inner; k++) {
          sum += a.data()[ai + k * alongA] * b.data()[bj + k * downB];
        }
        int cij = c.index(i, j);
        c.data()[cij] = beta == 0 ? alpha * sum : alpha * sum + beta * c.data()[cij];
      }
    }
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    Kernels.checkRuns(n, a.length, ao, b.length, bo);
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[ao + i] * b[bo + i];
    }
    return sum;
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    for (int i = 0; i < n; i++) {
      y[yo + i] += alpha * x[xo + i];
    }
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    for (int i = 0; i < n; i++) {
      y[yo + i] = (float) Math.exp(x[xo + i]);
    }
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    Check.inside("row", xo, n, x.length);
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, x[xo + i]); // NaN if any value is
    }
    if (max == Float.NEGATIVE_INFINITY) { // nothing to attend to
      for (int i = 0; i < n; i++) {
        x[xo + i] = 0;
      }
      return;
    }
    float sum = 0;
    for (int i = 0; i < n; i++) {
      x[xo + i] = (float) Math.exp(x[xo + i] - max); // ∞ - ∞ is NaN
      sum += x[xo + i];
    }
    for (int i = 0; i < n; i++) {
      x[xo + i] /= sum;
    }
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    Kernels.checkRuns(n, x.length, xo, q.length, qo);
    float sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[xo + i] * q[qo + i];
    }
    return sum;
  }
}

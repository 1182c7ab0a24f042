package org.workedanswers.core;

import java.util.Arrays;

/**
 * The kernels in plain Java, arranged so that the JIT makes vector code of the costly ones: for who
 * runs without the vector module. {@link PlainKernels} is what to read first.
 *
 * <p>A product of matrices gives the very bits of {@link PlainKernels}. A dot product and the sum
 * of a softmax go in four sums that are added at the end. What the JIT makes nothing of, or does
 * well as it stands, is the plain form.
 */
public final class BlockedKernels implements Kernels {
  /** The only instance; scratch is kept for each thread. */
  public static final BlockedKernels BLOCKED = new BlockedKernels();

  private BlockedKernels() {}

  @Override
  public String name() {
    return "blocked";
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    Kernels.checkGemm(a, opA, b, opB, c);
    BlockedGemm.gemm(alpha, a, opA, b, opB, beta, c);
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    Kernels.checkRuns(n, a.length, ao, b.length, bo);
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i <= n - 4; i += 4) {
      s0 += a[ao + i] * b[bo + i];
      s1 += a[ao + i + 1] * b[bo + i + 1];
      s2 += a[ao + i + 2] * b[bo + i + 2];
      s3 += a[ao + i + 3] * b[bo + i + 3];
    }
    // Each of the last goes to the sum that is its turn: zeros behind them would change nothing.
    s0 += i < n ? a[ao + i] * b[bo + i] : 0;
    s1 += i + 1 < n ? a[ao + i + 1] * b[bo + i + 1] : 0;
    s2 += i + 2 < n ? a[ao + i + 2] * b[bo + i + 2] : 0;
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    PlainKernels.PLAIN.axpy(n, alpha, x, xo, y, yo);
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    BlockedExp.exp(n, x, xo, 0, y, yo);
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    Check.inside("row", xo, n, x.length);
    float max = max(n, x, xo);
    if (max == Float.NEGATIVE_INFINITY) { // nothing to attend to
      Arrays.fill(x, xo, xo + n, 0);
      return;
    }
    BlockedExp.exp(n, x, xo, max, x, xo); // ∞ - ∞ is NaN
    float sum = sum(n, x, xo);
    for (int i = 0; i < n; i++) {
      x[xo + i] /= sum;
    }
  }

  /** The largest value; NaN if any is. */
  private static float max(int n, float[] x, int xo) {
    float m0 = Float.NEGATIVE_INFINITY;
    float m1 = m0;
    float m2 = m0;
    float m3 = m0;
    int i = 0;
    for (; i <= n - 4; i += 4) {
      m0 = Math.max(m0, x[xo + i]);
      m1 = Math.max(m1, x[xo + i + 1]);
      m2 = Math.max(m2, x[xo + i + 2]);
      m3 = Math.max(m3, x[xo + i + 3]);
    }
    for (; i < n; i++) {
      m0 = Math.max(m0, x[xo + i]);
    }
    return Math.max(Math.max(m0, m1), Math.max(m2, m3));
  }

  private static float sum(int n, float[] x, int xo) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = 0;
    for (; i <= n - 4; i += 4) {
      s0 += x[xo + i];
      s1 += x[xo + i + 1];
      s2 += x[xo + i + 2];
      s3 += x[xo + i + 3];
    }
    s0 += i < n ? x[xo + i] : 0; // each in its turn, as in dot
    s1 += i + 1 < n ? x[xo + i + 1] : 0;
    s2 += i + 2 < n ? x[xo + i + 2] : 0;
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    return PlainKernels.PLAIN.dotFloatInt8(n, x, xo, q, qo);
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;

/**
 * C = α · A Bᵀ + β · C as dot products of rows with rows, both of which lie together in memory.
 *
 * <p>Lane l sums k = l, l + L, l + 2L ...; the lanes are added at the end, then the products that
 * fill no vector. Four rows of A meet four rows of B at a time, so that each vector that is loaded
 * is used four times; a row alone is summed in the same order. Rows of B are taken in groups that
 * stay in the cache while all of A passes.
 *
 * <p>The sums by lane go through a small array to a method that adds them up: with sixteen such
 * sums written out in one method, the JIT ran out of registers and of its budget for inlining.
 */
final class SimdDotProducts {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Floats of B that are worked on while A passes: 512 KiB. */
  private static final int CACHED = 128 * 1024;

  private final float[] lanes = new float[16 * L];
  private final int k;
  private final Matrix a;
  private final Matrix b;
  private final float alpha;
  private final float beta;
  private final Matrix c;

  private SimdDotProducts(float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    this.k = a.cols();
    this.a = a;
    this.b = b;
    this.alpha = alpha;
    this.beta = beta;
    this.c = c;
  }

  static void gemm(float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    new SimdDotProducts(alpha, a, b, beta, c).run();
  }

  private void run() {
    int group = Math.max(4, CACHED / k / 4 * 4);
    for (int j0 = 0; j0 < c.cols(); j0 += group) {
      int j1 = Math.min(c.cols(), j0 + group);
      int i = 0;
      for (; i + 4 <= c.rows(); i += 4) {
        int j = j0;
        for (; j + 4 <= j1; j += 4) {
          fourByFour(
              lanes, k, a.data(), a.index(i, 0), a.stride(), b.data(), b.index(j, 0), b.stride());
          store(i, 4, j, 4);
        }
        for (; j < j1; j++) {
          for (int r = 0; r < 4; r++) {
            one(lanes, k, a.data(), a.index(i + r, 0), b.data(), b.index(j, 0));
            store(i + r, 1, j, 1);
          }
        }
      }
      for (; i < c.rows(); i++) {
        int j = j0;
        for (; j + 4 <= j1; j += 4) {
          oneByFour(lanes, k, a.data(), a.index(i, 0), b.data(), b.index(j, 0), b.stride());
          store(i, 1, j, 4);
        }
        for (; j < j1; j++) {
          one(lanes, k, a.data(), a.index(i, 0), b.data(), b.index(j, 0));
          store(i, 1, j, 1);
        }
      }
    }
  }

  /** Adds up the lanes of [m x n] sums, then what fills no vector, and stores the elements. */
  private void store(int i0, int m, int j0, int n) {
    int whole = F.loopBound(k);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float sum = Lanes.sum(FloatVector.fromArray(F, lanes, (i * n + j) * L));
        for (int p = whole; p < k; p++) {
          sum = Math.fma(a.data()[a.index(i0 + i, p)], b.data()[b.index(j0 + j, p)], sum);
        }
        int at = c.index(i0 + i, j0 + j);
        c.data()[at] = beta == 0 ? sum * alpha : Math.fma(c.data()[at], beta, sum * alpha);
      }
    }
  }

  /** A row with a row. */
  private static void one(float[] lanes, int k, float[] x, int a0, float[] y, int b0) {
    FloatVector s00 = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p);
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p);
      s00 = x0.fma(y0, s00);
    }
    s00.intoArray(lanes, 0 * L);
  }

  /** A row with four rows, {@code bStep} apart. */
  private static void oneByFour(
      float[] lanes, int k, float[] x, int a0, float[] y, int b0, int bStep) {
    int b1 = b0 + bStep;
    int b2 = b1 + bStep;
    int b3 = b2 + bStep;
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = FloatVector.zero(F);
    FloatVector s02 = FloatVector.zero(F);
    FloatVector s03 = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p);
      FloatVector y1 = FloatVector.fromArray(F, y, b1 + p);
      FloatVector y2 = FloatVector.fromArray(F, y, b2 + p);
      FloatVector y3 = FloatVector.fromArray(F, y, b3 + p);
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p);
      s00 = x0.fma(y0, s00);
      s01 = x0.fma(y1, s01);
      s02 = x0.fma(y2, s02);
      s03 = x0.fma(y3, s03);
    }
    s00.intoArray(lanes, 0 * L);
    s01.intoArray(lanes, 1 * L);
    s02.intoArray(lanes, 2 * L);
    s03.intoArray(lanes, 3 * L);
  }

  /** Four rows with four rows. */
  private static void fourByFour(
      float[] lanes, int k, float[] x, int a0, int aStep, float[] y, int b0, int bStep) {
    int a1 = a0 + aStep;
    int a2 = a1 + aStep;
    int a3 = a2 + aStep;
    int b1 = b0 + bStep;
    int b2 = b1 + bStep;
    int b3 = b2 + bStep;
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = FloatVector.zero(F);
    FloatVector s02 = FloatVector.zero(F);
    FloatVector s03 = FloatVector.zero(F);
    FloatVector s10 = FloatVector.zero(F);
    FloatVector s11 = FloatVector.zero(F);
    FloatVector s12 = FloatVector.zero(F);
    FloatVector s13 = FloatVector.zero(F);
    FloatVector s20 = FloatVector.zero(F);
    FloatVector s21 = FloatVector.zero(F);
    FloatVector s22 = FloatVector.zero(F);
    FloatVector s23 = FloatVector.zero(F);
    FloatVector s30 = FloatVector.zero(F);
    FloatVector s31 = FloatVector.zero(F);
    FloatVector s32 = FloatVector.zero(F);
    FloatVector s33 = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p);
      FloatVector y1 = FloatVector.fromArray(F, y, b1 + p);
      FloatVector y2 = FloatVector.fromArray(F, y, b2 + p);
      FloatVector y3 = FloatVector.fromArray(F, y, b3 + p);
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p);
      s00 = x0.fma(y0, s00);
      s01 = x0.fma(y1, s01);
      s02 = x0.fma(y2, s02);
      s03 = x0.fma(y3, s03);
      FloatVector x1 = FloatVector.fromArray(F, x, a1 + p);
      s10 = x1.fma(y0, s10);
      s11 = x1.fma(y1, s11);
      s12 = x1.fma(y2, s12);
      s13 = x1.fma(y3, s13);
      FloatVector x2 = FloatVector.fromArray(F, x, a2 + p);
      s20 = x2.fma(y0, s20);
      s21 = x2.fma(y1, s21);
      s22 = x2.fma(y2, s22);
      s23 = x2.fma(y3, s23);
      FloatVector x3 = FloatVector.fromArray(F, x, a3 + p);
      s30 = x3.fma(y0, s30);
      s31 = x3.fma(y1, s31);
      s32 = x3.fma(y2, s32);
      s33 = x3.fma(y3, s33);
    }
    s00.intoArray(lanes, 0 * L);
    s01.intoArray(lanes, 1 * L);
    s02.intoArray(lanes, 2 * L);
    s03.intoArray(lanes, 3 * L);
    s10.intoArray(lanes, 4 * L);
    s11.intoArray(lanes, 5 * L);
    s12.intoArray(lanes, 6 * L);
    s13.intoArray(lanes, 7 * L);
    s20.intoArray(lanes, 8 * L);
    s21.intoArray(lanes, 9 * L);
    s22.intoArray(lanes, 10 * L);
    s23.intoArray(lanes, 11 * L);
    s30.intoArray(lanes, 12 * L);
    s31.intoArray(lanes, 13 * L);
    s32.intoArray(lanes, 14 * L);
    s33.intoArray(lanes, 15 * L);
  }
}

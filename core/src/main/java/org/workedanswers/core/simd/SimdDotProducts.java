package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;

/**
 * C = α · A Bᵀ + β · C for few rows of A, as dot products of rows with rows, both of which lie
 * together in memory. Nothing is copied, so a row alone goes at the speed of memory.
 *
 * <p>The order of a sum is that of {@link SimdGemm} by lane, bit for bit. Two rows of A meet four
 * rows of B at a time: their eight sums and the operands fit 16 registers. Rows of B are taken in
 * groups that stay in the cache while all of A passes. A row alone with rows from memory is left to
 * {@link SimdSingleRow}.
 *
 * <p>The sums by lane go through a small array to a method that adds them up: written out in one
 * method, the JIT ran out of registers and of its budget for inlining.
 */
final class SimdDotProducts {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Floats of scratch: the lanes of two by four sums. */
  static final int LANES = 8 * L;

  /** Floats of B that are worked on while A passes: 512 KiB. */
  private static final int CACHED = 128 * 1024;

  private SimdDotProducts() {}

  static void gemm(float[] lanes, float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    if (c.rows() == 1 && b.data().length > SimdSingleRow.CACHED) {
      SimdSingleRow.gemm(lanes, alpha, a, b, beta, c);
      return;
    }
    for (int k0 = 0, k; k0 < a.cols(); k0 += k) {
      k = Math.min(SimdGemm.LANE_DEPTH, a.cols() - k0);
      int group = Math.max(4, CACHED / k / 4 * 4);
      for (int j0 = 0, j1; j0 < c.cols(); j0 = j1) {
        j1 = j0 + Math.min(group, c.cols() - j0);
        for (int i = 0, m; i < c.rows(); i += m) {
          m = Math.min(2, c.rows() - i);
          for (int j = j0, n; j < j1; j += n) {
            n = Math.min(4, j1 - j);
            lanes(lanes, k, a, a.index(i, k0), m, b, b.index(j, k0), n);
            store(lanes, k, alpha, a, b, k0, k0 == 0 ? beta : 1, c, i, m, j, n);
          }
        }
      }
    }
  }

  /** The sums by lane of m rows of A with n rows of B. */
  private static void lanes(
      float[] lanes, int k, Matrix a, int ao, int m, Matrix b, int bo, int n) {
    if (m == 2 && n == 4) {
      twoByFour(lanes, k, a.data(), ao, a.stride(), b.data(), bo, b.stride());
    } else if (n == 4) {
      oneByFour(lanes, k, a.data(), ao, b.data(), bo, b.stride());
    } else {
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          int to = (i * n + j) * L;
          one(lanes, to, k, a.data(), ao + i * a.stride(), b.data(), bo + j * b.stride());
        }
      }
    }
  }

  /** Adds up the lanes of [m x n] sums, then what fills no vector, and stores the elements. */
  private static void store(
      float[] lanes,
      int k,
      float alpha,
      Matrix a,
      Matrix b,
      int k0,
      float beta,
      Matrix c,
      int i0,
      int m,
      int j0,
      int n) {
    int whole = F.loopBound(k);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        float rest = 0;
        for (int p = k0 + whole; p < k0 + k; p++) {
          rest = Math.fma(a.data()[a.index(i0 + i, p)], b.data()[b.index(j0 + j, p)], rest);
        }
        float sum = Lanes.sum(FloatVector.fromArray(F, lanes, (i * n + j) * L)) + rest;
        int at = c.index(i0 + i, j0 + j);
        c.data()[at] = beta == 0 ? sum * alpha : Math.fma(c.data()[at], beta, sum * alpha);
      }
    }
  }

  /** A row with a row. */
  private static void one(float[] lanes, int to, int k, float[] x, int a0, float[] y, int b0) {
    FloatVector s00 = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p);
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p);
      s00 = x0.fma(y0, s00);
    }
    s00.intoArray(lanes, to);
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

  /** Two rows with four rows. */
  private static void twoByFour(
      float[] lanes, int k, float[] x, int a0, int aStep, float[] y, int b0, int bStep) {
    int a1 = a0 + aStep;
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
    for (int p = 0; p + L <= k; p += L) {
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p);
      FloatVector x1 = FloatVector.fromArray(F, x, a1 + p);
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p);
      s00 = x0.fma(y0, s00);
      s10 = x1.fma(y0, s10);
      FloatVector y1 = FloatVector.fromArray(F, y, b1 + p);
      s01 = x0.fma(y1, s01);
      s11 = x1.fma(y1, s11);
      FloatVector y2 = FloatVector.fromArray(F, y, b2 + p);
      s02 = x0.fma(y2, s02);
      s12 = x1.fma(y2, s12);
      FloatVector y3 = FloatVector.fromArray(F, y, b3 + p);
      s03 = x0.fma(y3, s03);
      s13 = x1.fma(y3, s13);
    }
    s00.intoArray(lanes, 0 * L);
    s01.intoArray(lanes, 1 * L);
    s02.intoArray(lanes, 2 * L);
    s03.intoArray(lanes, 3 * L);
    s10.intoArray(lanes, 4 * L);
    s11.intoArray(lanes, 5 * L);
    s12.intoArray(lanes, 6 * L);
    s13.intoArray(lanes, 7 * L);
  }
}

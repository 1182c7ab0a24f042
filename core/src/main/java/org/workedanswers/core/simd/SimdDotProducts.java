package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;

/**
 * C = α · A Bᵀ + β · C as dot products of rows with rows, both of which lie together in memory.
 *
 * <p>Lane l sums k = l, l + L, l + 2L ...; the lanes are added at the end. Four rows of A meet four
 * rows of B at a time, so that each vector that is loaded is used four times; a row alone is summed
 * in the same order. Rows of B are taken in groups that stay in the cache while all of A passes.
 */
final class SimdDotProducts {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Floats of B that are worked on while A passes: 512 KiB. */
  private static final int CACHED = 128 * 1024;

  private SimdDotProducts() {}

  static void gemm(float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    int k = a.cols();
    int group = Math.max(4, CACHED / k / 4 * 4);
    for (int j0 = 0; j0 < c.cols(); j0 += group) {
      int j1 = Math.min(c.cols(), j0 + group);
      int i = 0;
      for (; i + 4 <= c.rows(); i += 4) {
        int j = j0;
        for (; j + 4 <= j1; j += 4) {
          fourByFour(k, a, i, b, j, alpha, beta, c);
        }
        for (; j < j1; j++) {
          for (int r = 0; r < 4; r++) {
            one(k, a, i + r, b, j, alpha, beta, c);
          }
        }
      }
      for (; i < c.rows(); i++) {
        int j = j0;
        for (; j + 4 <= j1; j += 4) {
          oneByFour(k, a, i, b, j, alpha, beta, c);
        }
        for (; j < j1; j++) {
          one(k, a, i, b, j, alpha, beta, c);
        }
      }
    }
  }

  private static void store(FloatVector s, float alpha, float beta, Matrix c, int i, int j) {
    float x = Lanes.sum(s) * alpha;
    int at = c.index(i, j);
    c.data()[at] = beta == 0 ? x : Math.fma(c.data()[at], beta, x);
  }

  private static void one(
      int k, Matrix a, int i, Matrix b, int j, float alpha, float beta, Matrix c) {
    float[] x = a.data();
    float[] y = b.data();
    int ao = a.index(i, 0);
    int bo = b.index(j, 0);
    FloatVector s = FloatVector.zero(F);
    int p = 0;
    for (; p + L <= k; p += L) {
      s = FloatVector.fromArray(F, x, ao + p).fma(FloatVector.fromArray(F, y, bo + p), s);
    }
    if (p < k) {
      VectorMask<Float> rest = F.indexInRange(p, k);
      s =
          FloatVector.fromArray(F, x, ao + p, rest)
              .fma(FloatVector.fromArray(F, y, bo + p, rest), s);
    }
    store(s, alpha, beta, c, i, j);
  }

  private static void oneByFour(
      int k, Matrix a, int i, Matrix b, int j, float alpha, float beta, Matrix c) {
    float[] x = a.data();
    float[] y = b.data();
    int ao = a.index(i, 0);
    int b0 = b.index(j, 0);
    int b1 = b.index(j + 1, 0);
    int b2 = b.index(j + 2, 0);
    int b3 = b.index(j + 3, 0);
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int p = 0;
    for (; p + L <= k; p += L) {
      FloatVector v = FloatVector.fromArray(F, x, ao + p);
      s0 = v.fma(FloatVector.fromArray(F, y, b0 + p), s0);
      s1 = v.fma(FloatVector.fromArray(F, y, b1 + p), s1);
      s2 = v.fma(FloatVector.fromArray(F, y, b2 + p), s2);
      s3 = v.fma(FloatVector.fromArray(F, y, b3 + p), s3);
    }
    if (p < k) {
      VectorMask<Float> rest = F.indexInRange(p, k);
      FloatVector v = FloatVector.fromArray(F, x, ao + p, rest);
      s0 = v.fma(FloatVector.fromArray(F, y, b0 + p, rest), s0);
      s1 = v.fma(FloatVector.fromArray(F, y, b1 + p, rest), s1);
      s2 = v.fma(FloatVector.fromArray(F, y, b2 + p, rest), s2);
      s3 = v.fma(FloatVector.fromArray(F, y, b3 + p, rest), s3);
    }
    store(s0, alpha, beta, c, i, j);
    store(s1, alpha, beta, c, i, j + 1);
    store(s2, alpha, beta, c, i, j + 2);
    store(s3, alpha, beta, c, i, j + 3);
  }

  private static void fourByFour(
      int k, Matrix a, int i, Matrix b, int j, float alpha, float beta, Matrix c) {
    float[] x = a.data();
    float[] y = b.data();
    int a0 = a.index(i + 0, 0);
    int a1 = a.index(i + 1, 0);
    int a2 = a.index(i + 2, 0);
    int a3 = a.index(i + 3, 0);
    int b0 = b.index(j + 0, 0);
    int b1 = b.index(j + 1, 0);
    int b2 = b.index(j + 2, 0);
    int b3 = b.index(j + 3, 0);
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
    int p = 0;
    for (; p + L <= k; p += L) {
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
    if (p < k) {
      VectorMask<Float> rest = F.indexInRange(p, k);
      FloatVector y0 = FloatVector.fromArray(F, y, b0 + p, rest);
      FloatVector y1 = FloatVector.fromArray(F, y, b1 + p, rest);
      FloatVector y2 = FloatVector.fromArray(F, y, b2 + p, rest);
      FloatVector y3 = FloatVector.fromArray(F, y, b3 + p, rest);
      FloatVector x0 = FloatVector.fromArray(F, x, a0 + p, rest);
      s00 = x0.fma(y0, s00);
      s01 = x0.fma(y1, s01);
      s02 = x0.fma(y2, s02);
      s03 = x0.fma(y3, s03);
      FloatVector x1 = FloatVector.fromArray(F, x, a1 + p, rest);
      s10 = x1.fma(y0, s10);
      s11 = x1.fma(y1, s11);
      s12 = x1.fma(y2, s12);
      s13 = x1.fma(y3, s13);
      FloatVector x2 = FloatVector.fromArray(F, x, a2 + p, rest);
      s20 = x2.fma(y0, s20);
      s21 = x2.fma(y1, s21);
      s22 = x2.fma(y2, s22);
      s23 = x2.fma(y3, s23);
      FloatVector x3 = FloatVector.fromArray(F, x, a3 + p, rest);
      s30 = x3.fma(y0, s30);
      s31 = x3.fma(y1, s31);
      s32 = x3.fma(y2, s32);
      s33 = x3.fma(y3, s33);
    }
    store(s00, alpha, beta, c, i + 0, j + 0);
    store(s01, alpha, beta, c, i + 0, j + 1);
    store(s02, alpha, beta, c, i + 0, j + 2);
    store(s03, alpha, beta, c, i + 0, j + 3);
    store(s10, alpha, beta, c, i + 1, j + 0);
    store(s11, alpha, beta, c, i + 1, j + 1);
    store(s12, alpha, beta, c, i + 1, j + 2);
    store(s13, alpha, beta, c, i + 1, j + 3);
    store(s20, alpha, beta, c, i + 2, j + 0);
    store(s21, alpha, beta, c, i + 2, j + 1);
    store(s22, alpha, beta, c, i + 2, j + 2);
    store(s23, alpha, beta, c, i + 2, j + 3);
    store(s30, alpha, beta, c, i + 3, j + 0);
    store(s31, alpha, beta, c, i + 3, j + 1);
    store(s32, alpha, beta, c, i + 3, j + 2);
    store(s33, alpha, beta, c, i + 3, j + 3);
  }
}

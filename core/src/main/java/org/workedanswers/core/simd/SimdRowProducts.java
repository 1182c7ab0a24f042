package org.workedanswers.core.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * C = α · op(A) B + β · C for few rows of C: a row of sums gains row after row of B, each by its
 * factor from A. B is read along its rows and nothing is copied, so a row alone goes at the speed
 * of memory. The order of a sum is that of {@link SimdGemm}, bit for bit.
 */
final class SimdRowProducts {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Columns of C at a time: with so many rows of B, {@link #ROWS}, they take 256 KiB. */
  static final int COLUMNS = 256;

  private static final int ROWS = 256;

  private SimdRowProducts() {}

  /** {@code sums} has room for {@link #COLUMNS} of each row of C. */
  static void gemm(float[] sums, float alpha, Matrix a, Op opA, Matrix b, float beta, Matrix c) {
    // One step along a row of op(A), and one down a column, in A's array.
    int along = opA == Op.N ? 1 : a.stride();
    int down = opA == Op.N ? a.stride() : 1;
    for (int j0 = 0, n; j0 < c.cols(); j0 += n) {
      n = Math.min(COLUMNS, c.cols() - j0);
      for (int k0 = 0, depth; k0 < b.rows(); k0 += depth) {
        depth = Math.min(SimdGemm.DEPTH, b.rows() - k0);
        Arrays.fill(sums, 0, c.rows() * COLUMNS, 0);
        for (int p = 0; p < depth; p += ROWS) {
          int k = Math.min(ROWS, depth - p);
          for (int i = 0; i < c.rows(); i++) {
            int x = a.offset() + i * down + (k0 + p) * along;
            int y = b.index(k0 + p, j0);
            row(sums, i * COLUMNS, n, k, a.data(), x, along, b.data(), y, b.stride());
          }
        }
        for (int i = 0; i < c.rows(); i++) {
          int co = c.index(i, j0);
          SimdGemm.store(sums, i * COLUMNS, alpha, k0 == 0 ? beta : 1, c.data(), co, n);
        }
      }
    }
  }

  private static void row(
      float[] sums,
      int so,
      int n,
      int k,
      float[] x,
      int xo,
      int along,
      float[] b,
      int bo,
      int stride) {
    int p = 0;
    int at = xo;
    int row = bo;
    for (; p + 4 <= k; p += 4) {
      four(sums, so, n, x[at], x[at + along], x[at + 2 * along], x[at + 3 * along], b, row, stride);
      at += 4 * along;
      row += 4 * stride;
    }
    for (; p < k; p++) {
      one(sums, so, n, x[at], b, row);
      at += along;
      row += stride;
    }
  }

  /** sums += x0 · b[0] + x1 · b[1] + x2 · b[2] + x3 · b[3], in that order. */
  private static void four(
      float[] sums,
      int so,
      int n,
      float x0,
      float x1,
      float x2,
      float x3,
      float[] b,
      int b0,
      int stride) {
    int b1 = b0 + stride;
    int b2 = b1 + stride;
    int b3 = b2 + stride;
    FloatVector v0 = FloatVector.broadcast(F, x0);
    FloatVector v1 = FloatVector.broadcast(F, x1);
    FloatVector v2 = FloatVector.broadcast(F, x2);
    FloatVector v3 = FloatVector.broadcast(F, x3);
    int j = 0;
    for (; j + L <= n; j += L) {
      FloatVector s = FloatVector.fromArray(F, sums, so + j);
      s = v0.fma(FloatVector.fromArray(F, b, b0 + j), s);
      s = v1.fma(FloatVector.fromArray(F, b, b1 + j), s);
      s = v2.fma(FloatVector.fromArray(F, b, b2 + j), s);
      s = v3.fma(FloatVector.fromArray(F, b, b3 + j), s);
      s.intoArray(sums, so + j);
    }
    for (; j < n; j++) {
      float s = Math.fma(x0, b[b0 + j], sums[so + j]);
      s = Math.fma(x1, b[b1 + j], s);
      s = Math.fma(x2, b[b2 + j], s);
      sums[so + j] = Math.fma(x3, b[b3 + j], s);
    }
  }

  private static void one(float[] sums, int so, int n, float x, float[] b, int bo) {
    FloatVector v = FloatVector.broadcast(F, x);
    int j = 0;
    for (; j + L <= n; j += L) {
      v.fma(FloatVector.fromArray(F, b, bo + j), FloatVector.fromArray(F, sums, so + j))
          .intoArray(sums, so + j);
    }
    for (; j < n; j++) {
      sums[so + j] = Math.fma(x, b[bo + j], sums[so + j]);
    }
  }
}

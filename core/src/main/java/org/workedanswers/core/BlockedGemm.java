package org.workedanswers.core;

import java.util.Arrays;

/**
 * The matrix product written so that the JIT makes vector code of it.
 *
 * <p>The innermost loop passes along the columns of C: a row of sums gains four rows of B, each by
 * its factor from A. All five are arrays of their own with one index; two runs inside of one array
 * the JIT does not tell apart, and leaves the loop as it is. Two rows of sums in one loop would be
 * faster on a JIT that makes vectors of it (JDK 25 by a fifth), but JDK 17's makes none. So a block
 * of B is copied into an array for each of its rows first, and transposed on the way if B is.
 *
 * <p>Every sum goes from the first product to the last, a multiplication and an addition each, as
 * in {@link PlainKernels}: the bits are the same. {@link Math#fma} would save a rounding, and is a
 * hundred times slower where the processor lacks it.
 */
final class BlockedGemm {
  /** Columns of C, and of a block of B. */
  private static final int NC = 512;

  /** Rows of a block of B: 256 KiB stay in the second cache. */
  private static final int KC = 128;

  /** Rows of C whose sums wait between two blocks of B. */
  private static final int MC = 128;

  /** Up to so many rows of C it does not pay to transpose B for them. */
  private static final int FEW = 3;

  /** Kept for each thread: half a megabyte. */
  private static final ThreadLocal<BlockedGemm> OF_THREAD =
      ThreadLocal.withInitial(BlockedGemm::new);

  private final float[][] block = new float[KC][NC]; // of op(B)
  private final float[][] sums = new float[MC][NC];

  private BlockedGemm() {}

  static void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    if (opB == Op.T && c.rows() <= FEW) {
      rowsByRows(alpha, a, opA, b, beta, c);
    } else {
      OF_THREAD.get().run(alpha, a, opA, b, opB, beta, c);
    }
  }

  private void run(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    int inner = alpha == 0 ? 0 : opA.cols(a);
    for (int j0 = 0, n; j0 < c.cols(); j0 += n) {
      n = Math.min(NC, c.cols() - j0);
      for (int i0 = 0, m; i0 < c.rows(); i0 += m) {
        m = Math.min(MC, c.rows() - i0);
        for (int i = 0; i < m; i++) {
          Arrays.fill(sums[i], 0, n, 0);
        }
        for (int k0 = 0, k; k0 < inner; k0 += k) {
          k = Math.min(KC, inner - k0);
          pack(b, opB, k0, k, j0, n);
          add(a, opA, i0, m, k0, k, n);
        }
        for (int i = 0; i < m; i++) {
          for (int j = 0; j < n; j++) {
            store(alpha, sums[i][j], beta, c, i0 + i, j0 + j);
          }
        }
      }
    }
  }

  /** block [k x n] = op(B)[k0.., j0..]. */
  private void pack(Matrix b, Op opB, int k0, int k, int j0, int n) {
    if (opB == Op.N) {
      for (int p = 0; p < k; p++) {
        System.arraycopy(b.data(), b.index(k0 + p, j0), block[p], 0, n);
      }
      return;
    }
    for (int j = 0; j < n; j++) {
      int from = b.index(j0 + j, k0);
      for (int p = 0; p < k; p++) {
        block[p][j] = b.data()[from + p];
      }
    }
  }

  /** sums [m x n] += op(A)[i0.., k0..] block. */
  private void add(Matrix a, Op opA, int i0, int m, int k0, int k, int n) {
    float[] x = a.data();
    // One step along a row of op(A), and one down a column, in A's array.
    int along = opA == Op.N ? 1 : a.stride();
    int down = opA == Op.N ? a.stride() : 1;
    int first = a.offset() + i0 * down + k0 * along;
    int fours = k / 4 * 4;
    for (int i = 0; i < m; i++) {
      int row = first + i * down;
      for (int p = 0; p < fours; p += 4) {
        oneByFour(n, sums[i], x, row + p * along, along, block, p);
      }
      for (int p = fours; p < k; p++) {
        oneByOne(n, sums[i], x[row + p * along], block[p]);
      }
    }
  }

  /** One row of sums gains four rows of the block. */
  private static void oneByFour(
      int n, float[] s, float[] x, int u, int along, float[][] block, int p) {
    float u0 = x[u];
    float u1 = x[u + along];
    float u2 = x[u + 2 * along];
    float u3 = x[u + 3 * along];
    float[] b0 = block[p];
    float[] b1 = block[p + 1];
    float[] b2 = block[p + 2];
    float[] b3 = block[p + 3];
    for (int j = 0; j < n; j++) {
      s[j] = s[j] + u0 * b0[j] + u1 * b1[j] + u2 * b2[j] + u3 * b3[j];
    }
  }

  private static void oneByOne(int n, float[] s, float u, float[] b) {
    for (int j = 0; j < n; j++) {
      s[j] += u * b[j];
    }
  }

  /** Rows of op(A) with rows of B, four at a time: their sums do not wait for one another. */
  private static void rowsByRows(float alpha, Matrix a, Op opA, Matrix b, float beta, Matrix c) {
    int inner = alpha == 0 ? 0 : opA.cols(a);
    float[] x = a.data();
    float[] y = b.data();
    int along = opA == Op.N ? 1 : a.stride();
    int down = opA == Op.N ? a.stride() : 1;
    for (int j = 0; j < c.cols(); j += 4) {
      int last = c.cols() - 1; // stands in for the rows that B does not have
      int y0 = b.index(j, 0);
      int y1 = b.index(Math.min(j + 1, last), 0);
      int y2 = b.index(Math.min(j + 2, last), 0);
      int y3 = b.index(Math.min(j + 3, last), 0);
      for (int i = 0; i < c.rows(); i++) {
        int x0 = a.offset() + i * down;
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        for (int p = 0; p < inner; p++) {
          float factor = x[x0 + p * along];
          s0 += factor * y[y0 + p];
          s1 += factor * y[y1 + p];
          s2 += factor * y[y2 + p];
          s3 += factor * y[y3 + p];
        }
        store(alpha, s0, beta, c, i, j);
        store(alpha, s1, beta, c, i, j + 1);
        store(alpha, s2, beta, c, i, j + 2);
        store(alpha, s3, beta, c, i, j + 3);
      }
    }
  }

  private static void store(float alpha, float sum, float beta, Matrix c, int i, int j) {
    if (j < c.cols()) {
      int cij = c.index(i, j);
      c.data()[cij] = beta == 0 ? alpha * sum : alpha * sum + beta * c.data()[cij];
    }
  }
}

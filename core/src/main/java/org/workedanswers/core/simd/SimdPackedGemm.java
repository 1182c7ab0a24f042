package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Packed;

/**
 * C = A B and C += A B for a packed B: six rows of C by one panel of two vectors at a time, all
 * twelve sums in registers. With both vectors of B and one value of A they take 15 of the 16
 * registers of AVX2.
 *
 * <p>Every element is summed from k = 0 upwards by multiply-adds, and the sum is added to C at the
 * end: a product in several strips of k loses less to rounding than one long sum. Written out
 * because an array of vectors would live in memory. The loop over groups of six rows stands
 * outside: with it inside, the JIT's code ran between full and half speed from run to run. Where
 * fewer than six rows are left, the last one is computed and stored again and again, to the same
 * bits; one or two are {@link SimdPackedPair}'s.
 */
final class SimdPackedGemm {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();
  private static final int ROWS = 6;

  /** Columns of a panel. */
  static final int WIDTH = 2 * L;

  private SimdPackedGemm() {}

  static void gemm(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {
    int few = c.rows() % ROWS;
    if (few == 0 || few > SimdPackedPair.ROWS || c.cols() < 2 * WIDTH) {
      panels(a, b, row, col, add, c);
      return;
    }
    // One row or two that are left over would cost as much as six.
    int paired = c.cols() / (2 * WIDTH) * 2 * WIDTH;
    int six = c.rows() - few;
    panels(a.rows(0, six), b, row, col, add, c.rows(0, six));
    for (int j = 0; j < paired; j += 2 * WIDTH) {
      SimdPackedPair.product(
          add,
          few,
          a.cols(),
          a.data(),
          a.index(six, 0),
          a.stride(),
          b.data(),
          b.index(row, col + j),
          b.index(row, col + j + WIDTH),
          c.data(),
          c.index(six, j),
          c.stride());
    }
    Matrix rest = c.rows(six, c.rows()).columns(paired, c.cols());
    panels(a.rows(six, a.rows()), b, row, col + paired, add, rest);
  }

  /** Every panel with all rows. */
  private static void panels(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {
    int k = a.cols();
    for (int j = 0; j < c.cols(); j += WIDTH) {
      int bo = b.index(row, col + j);
      for (int i = 0; i < c.rows(); i += ROWS) {
        int m = Math.min(ROWS, c.rows() - i);
        product(
            add,
            m,
            k,
            a.data(),
            a.index(i, 0),
            a.stride(),
            b.data(),
            bo,
            c.data(),
            c.index(i, j),
            c.stride());
      }
    }
  }

  /** C [m x 2L] = A [m x k] B [k x 2L], or with {@code add} C += A B. */
  private static void product(
      boolean add,
      int m,
      int k,
      float[] a,
      int a0,
      int aStep,
      float[] b,
      int bo,
      float[] c,
      int c0,
      int cStep) {
    int a1 = a0 + Math.min(1, m - 1) * aStep;
    int a2 = a0 + Math.min(2, m - 1) * aStep;
    int a3 = a0 + Math.min(3, m - 1) * aStep;
    int a4 = a0 + Math.min(4, m - 1) * aStep;
    int a5 = a0 + Math.min(5, m - 1) * aStep;
    int c1 = c0 + Math.min(1, m - 1) * cStep;
    int c2 = c0 + Math.min(2, m - 1) * cStep;
    int c3 = c0 + Math.min(3, m - 1) * cStep;
    int c4 = c0 + Math.min(4, m - 1) * cStep;
    int c5 = c0 + Math.min(5, m - 1) * cStep;
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = FloatVector.zero(F);
    FloatVector s10 = FloatVector.zero(F);
    FloatVector s11 = FloatVector.zero(F);
    FloatVector s20 = FloatVector.zero(F);
    FloatVector s21 = FloatVector.zero(F);
    FloatVector s30 = FloatVector.zero(F);
    FloatVector s31 = FloatVector.zero(F);
    FloatVector s40 = FloatVector.zero(F);
    FloatVector s41 = FloatVector.zero(F);
    FloatVector s50 = FloatVector.zero(F);
    FloatVector s51 = FloatVector.zero(F);
    int at = bo;
    for (int p = 0; p < k; p++) {
      FloatVector b0 = FloatVector.fromArray(F, b, at);
      FloatVector b1 = FloatVector.fromArray(F, b, at + L);
      FloatVector x0 = FloatVector.broadcast(F, a[a0 + p]);
      s00 = x0.fma(b0, s00);
      s01 = x0.fma(b1, s01);
      FloatVector x1 = FloatVector.broadcast(F, a[a1 + p]);
      s10 = x1.fma(b0, s10);
      s11 = x1.fma(b1, s11);
      FloatVector x2 = FloatVector.broadcast(F, a[a2 + p]);
      s20 = x2.fma(b0, s20);
      s21 = x2.fma(b1, s21);
      FloatVector x3 = FloatVector.broadcast(F, a[a3 + p]);
      s30 = x3.fma(b0, s30);
      s31 = x3.fma(b1, s31);
      FloatVector x4 = FloatVector.broadcast(F, a[a4 + p]);
      s40 = x4.fma(b0, s40);
      s41 = x4.fma(b1, s41);
      FloatVector x5 = FloatVector.broadcast(F, a[a5 + p]);
      s50 = x5.fma(b0, s50);
      s51 = x5.fma(b1, s51);
      at += WIDTH;
    }
    if (add) { // all are read before the first is stored: a row may stand for missing ones too
      s00 = s00.add(FloatVector.fromArray(F, c, c0));
      s01 = s01.add(FloatVector.fromArray(F, c, c0 + L));
      s10 = s10.add(FloatVector.fromArray(F, c, c1));
      s11 = s11.add(FloatVector.fromArray(F, c, c1 + L));
      s20 = s20.add(FloatVector.fromArray(F, c, c2));
      s21 = s21.add(FloatVector.fromArray(F, c, c2 + L));
      s30 = s30.add(FloatVector.fromArray(F, c, c3));
      s31 = s31.add(FloatVector.fromArray(F, c, c3 + L));
      s40 = s40.add(FloatVector.fromArray(F, c, c4));
      s41 = s41.add(FloatVector.fromArray(F, c, c4 + L));
      s50 = s50.add(FloatVector.fromArray(F, c, c5));
      s51 = s51.add(FloatVector.fromArray(F, c, c5 + L));
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + L);
    s20.intoArray(c, c2);
    s21.intoArray(c, c2 + L);
    s30.intoArray(c, c3);
    s31.intoArray(c, c3 + L);
    s40.intoArray(c, c4);
    s41.intoArray(c, c4 + L);
    s50.intoArray(c, c5);
    s51.intoArray(c, c5 + L);
  }
}

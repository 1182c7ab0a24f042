package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The same as {@link SimdPackedGemm} for one row or two, which are left over from groups of six or
 * come alone: by two panels at a time, since with one the sums would wait for each other. Every
 * element has the same bits as there.
 */
final class SimdPackedPair {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Rows of C that are taken together. */
  static final int ROWS = 2;

  private SimdPackedPair() {}

  /**
   * C [m x 4L] = A [m x k] B, or with {@code add} C += A B, for m = 1 or 2; B's left panel begins
   * at {@code bo}, its right one at {@code br}.
   */
  static void product(
      boolean add,
      int m,
      int k,
      float[] a,
      int a0,
      int aStep,
      float[] b,
      int bo,
      int br,
      float[] c,
      int c0,
      int cStep) {
    int a1 = a0 + (m - 1) * aStep;
    int c1 = c0 + (m - 1) * cStep;
    FloatVector s00 = FloatVector.zero(F);
    FloatVector s01 = FloatVector.zero(F);
    FloatVector s02 = FloatVector.zero(F);
    FloatVector s03 = FloatVector.zero(F);
    FloatVector s10 = FloatVector.zero(F);
    FloatVector s11 = FloatVector.zero(F);
    FloatVector s12 = FloatVector.zero(F);
    FloatVector s13 = FloatVector.zero(F);
    int right = br - bo;
    int at = bo;
    for (int p = 0; p < k; p++) {
      FloatVector x0 = FloatVector.broadcast(F, a[a0 + p]);
      FloatVector x1 = FloatVector.broadcast(F, a[a1 + p]);
      FloatVector b0 = FloatVector.fromArray(F, b, at);
      s00 = x0.fma(b0, s00);
      s10 = x1.fma(b0, s10);
      FloatVector b1 = FloatVector.fromArray(F, b, at + L);
      s01 = x0.fma(b1, s01);
      s11 = x1.fma(b1, s11);
      FloatVector b2 = FloatVector.fromArray(F, b, at + right);
      s02 = x0.fma(b2, s02);
      s12 = x1.fma(b2, s12);
      FloatVector b3 = FloatVector.fromArray(F, b, at + right + L);
      s03 = x0.fma(b3, s03);
      s13 = x1.fma(b3, s13);
      at += 2 * L;
    }
    if (add) {
      s00 = s00.add(FloatVector.fromArray(F, c, c0));
      s01 = s01.add(FloatVector.fromArray(F, c, c0 + L));
      s02 = s02.add(FloatVector.fromArray(F, c, c0 + 2 * L));
      s03 = s03.add(FloatVector.fromArray(F, c, c0 + 3 * L));
      s10 = s10.add(FloatVector.fromArray(F, c, c1));
      s11 = s11.add(FloatVector.fromArray(F, c, c1 + L));
      s12 = s12.add(FloatVector.fromArray(F, c, c1 + 2 * L));
      s13 = s13.add(FloatVector.fromArray(F, c, c1 + 3 * L));
    }
    s00.intoArray(c, c0);
    s01.intoArray(c, c0 + L);
    s02.intoArray(c, c0 + 2 * L);
    s03.intoArray(c, c0 + 3 * L);
    s10.intoArray(c, c1);
    s11.intoArray(c, c1 + L);
    s12.intoArray(c, c1 + 2 * L);
    s13.intoArray(c, c1 + 3 * L);
  }
}

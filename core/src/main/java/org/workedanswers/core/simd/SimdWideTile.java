package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loop of a product where there are 32 vector registers: 6 x 4 vectors of sums, six
 * and four operands. {@link SimdNarrowTile} says why it is written out.
 */
final class SimdWideTile {
  static final int ROWS = 6;
  static final int VECTORS = 4;

  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  private SimdWideTile() {}

  /** {@link SimdTile#product} of this width. */
  static void product(int k, float[] rows, int ro, float[] columns, int co, float[] tile, int to) {
    FloatVector s00 = FloatVector.fromArray(F, tile, to + 0 * L);
    FloatVector s01 = FloatVector.fromArray(F, tile, to + 1 * L);
    FloatVector s02 = FloatVector.fromArray(F, tile, to + 2 * L);
    FloatVector s03 = FloatVector.fromArray(F, tile, to + 3 * L);
    FloatVector s10 = FloatVector.fromArray(F, tile, to + 4 * L);
    FloatVector s11 = FloatVector.fromArray(F, tile, to + 5 * L);
    FloatVector s12 = FloatVector.fromArray(F, tile, to + 6 * L);
    FloatVector s13 = FloatVector.fromArray(F, tile, to + 7 * L);
    FloatVector s20 = FloatVector.fromArray(F, tile, to + 8 * L);
    FloatVector s21 = FloatVector.fromArray(F, tile, to + 9 * L);
    FloatVector s22 = FloatVector.fromArray(F, tile, to + 10 * L);
    FloatVector s23 = FloatVector.fromArray(F, tile, to + 11 * L);
    FloatVector s30 = FloatVector.fromArray(F, tile, to + 12 * L);
    FloatVector s31 = FloatVector.fromArray(F, tile, to + 13 * L);
    FloatVector s32 = FloatVector.fromArray(F, tile, to + 14 * L);
    FloatVector s33 = FloatVector.fromArray(F, tile, to + 15 * L);
    FloatVector s40 = FloatVector.fromArray(F, tile, to + 16 * L);
    FloatVector s41 = FloatVector.fromArray(F, tile, to + 17 * L);
    FloatVector s42 = FloatVector.fromArray(F, tile, to + 18 * L);
    FloatVector s43 = FloatVector.fromArray(F, tile, to + 19 * L);
    FloatVector s50 = FloatVector.fromArray(F, tile, to + 20 * L);
    FloatVector s51 = FloatVector.fromArray(F, tile, to + 21 * L);
    FloatVector s52 = FloatVector.fromArray(F, tile, to + 22 * L);
    FloatVector s53 = FloatVector.fromArray(F, tile, to + 23 * L);
    int x = ro;
    int y = co;
    for (int p = 0; p < k; p++) {
      FloatVector y0 = FloatVector.fromArray(F, columns, y + 0 * L);
      FloatVector y1 = FloatVector.fromArray(F, columns, y + 1 * L);
      FloatVector y2 = FloatVector.fromArray(F, columns, y + 2 * L);
      FloatVector y3 = FloatVector.fromArray(F, columns, y + 3 * L);
      FloatVector x0 = FloatVector.broadcast(F, rows[x + 0]);
      s00 = x0.fma(y0, s00);
      s01 = x0.fma(y1, s01);
      s02 = x0.fma(y2, s02);
      s03 = x0.fma(y3, s03);
      FloatVector x1 = FloatVector.broadcast(F, rows[x + 1]);
      s10 = x1.fma(y0, s10);
      s11 = x1.fma(y1, s11);
      s12 = x1.fma(y2, s12);
      s13 = x1.fma(y3, s13);
      FloatVector x2 = FloatVector.broadcast(F, rows[x + 2]);
      s20 = x2.fma(y0, s20);
      s21 = x2.fma(y1, s21);
      s22 = x2.fma(y2, s22);
      s23 = x2.fma(y3, s23);
      FloatVector x3 = FloatVector.broadcast(F, rows[x + 3]);
      s30 = x3.fma(y0, s30);
      s31 = x3.fma(y1, s31);
      s32 = x3.fma(y2, s32);
      s33 = x3.fma(y3, s33);
      FloatVector x4 = FloatVector.broadcast(F, rows[x + 4]);
      s40 = x4.fma(y0, s40);
      s41 = x4.fma(y1, s41);
      s42 = x4.fma(y2, s42);
      s43 = x4.fma(y3, s43);
      FloatVector x5 = FloatVector.broadcast(F, rows[x + 5]);
      s50 = x5.fma(y0, s50);
      s51 = x5.fma(y1, s51);
      s52 = x5.fma(y2, s52);
      s53 = x5.fma(y3, s53);
      x += ROWS;
      y += VECTORS * L;
    }
    s00.intoArray(tile, to + 0 * L);
    s01.intoArray(tile, to + 1 * L);
    s02.intoArray(tile, to + 2 * L);
    s03.intoArray(tile, to + 3 * L);
    s10.intoArray(tile, to + 4 * L);
    s11.intoArray(tile, to + 5 * L);
    s12.intoArray(tile, to + 6 * L);
    s13.intoArray(tile, to + 7 * L);
    s20.intoArray(tile, to + 8 * L);
    s21.intoArray(tile, to + 9 * L);
    s22.intoArray(tile, to + 10 * L);
    s23.intoArray(tile, to + 11 * L);
    s30.intoArray(tile, to + 12 * L);
    s31.intoArray(tile, to + 13 * L);
    s32.intoArray(tile, to + 14 * L);
    s33.intoArray(tile, to + 15 * L);
    s40.intoArray(tile, to + 16 * L);
    s41.intoArray(tile, to + 17 * L);
    s42.intoArray(tile, to + 18 * L);
    s43.intoArray(tile, to + 19 * L);
    s50.intoArray(tile, to + 20 * L);
    s51.intoArray(tile, to + 21 * L);
    s52.intoArray(tile, to + 22 * L);
    s53.intoArray(tile, to + 23 * L);
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loop of a product where there are 16 vector registers: 4 x 2 vectors of sums. The
 * JIT reads all operands of a step before it multiplies, so 8 + 4 + 2 registers are taken; with
 * more the sums went to memory at every step, and the speed to a half.
 *
 * <p>Written out because an array of vectors would live in memory: the JIT keeps local variables in
 * registers.
 */
final class SimdNarrowTile {
  static final int ROWS = 4;
  static final int VECTORS = 2;

  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  private SimdNarrowTile() {}

  /** {@link SimdTile#product} of this width. */
  static void product(int k, float[] rows, int ro, float[] columns, int co, float[] tile, int to) {
    FloatVector s00 = FloatVector.fromArray(F, tile, to + 0 * L);
    FloatVector s01 = FloatVector.fromArray(F, tile, to + 1 * L);
    FloatVector s10 = FloatVector.fromArray(F, tile, to + 2 * L);
    FloatVector s11 = FloatVector.fromArray(F, tile, to + 3 * L);
    FloatVector s20 = FloatVector.fromArray(F, tile, to + 4 * L);
    FloatVector s21 = FloatVector.fromArray(F, tile, to + 5 * L);
    FloatVector s30 = FloatVector.fromArray(F, tile, to + 6 * L);
    FloatVector s31 = FloatVector.fromArray(F, tile, to + 7 * L);
    int end = co + k * VECTORS * L;
    for (int x = ro, y = co; y < end; x += ROWS, y += VECTORS * L) {
      FloatVector y0 = FloatVector.fromArray(F, columns, y + 0 * L);
      FloatVector y1 = FloatVector.fromArray(F, columns, y + 1 * L);
      FloatVector x0 = FloatVector.broadcast(F, rows[x + 0]);
      s00 = x0.fma(y0, s00);
      s01 = x0.fma(y1, s01);
      FloatVector x1 = FloatVector.broadcast(F, rows[x + 1]);
      s10 = x1.fma(y0, s10);
      s11 = x1.fma(y1, s11);
      FloatVector x2 = FloatVector.broadcast(F, rows[x + 2]);
      s20 = x2.fma(y0, s20);
      s21 = x2.fma(y1, s21);
      FloatVector x3 = FloatVector.broadcast(F, rows[x + 3]);
      s30 = x3.fma(y0, s30);
      s31 = x3.fma(y1, s31);
    }
    s00.intoArray(tile, to + 0 * L);
    s01.intoArray(tile, to + 1 * L);
    s10.intoArray(tile, to + 2 * L);
    s11.intoArray(tile, to + 3 * L);
    s20.intoArray(tile, to + 4 * L);
    s21.intoArray(tile, to + 5 * L);
    s30.intoArray(tile, to + 6 * L);
    s31.intoArray(tile, to + 7 * L);
  }
}

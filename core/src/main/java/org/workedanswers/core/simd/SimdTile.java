package org.workedanswers.core.simd;

/** The part of C that is computed in registers: as many rows and columns as fit them. */
final class SimdTile {
  private static final int L = SimdKernels.F.length();

  /** With 256 bits there are 16 registers (AVX2); AVX-512 and arm64 have 32. */
  private static final boolean NARROW = SimdKernels.F.vectorBitSize() == 256;

  static final int ROWS = NARROW ? SimdNarrowTile.ROWS : SimdWideTile.ROWS;

  static final int COLUMNS = (NARROW ? SimdNarrowTile.VECTORS : SimdWideTile.VECTORS) * L;

  private SimdTile() {}

  /**
   * tile [ROWS x COLUMNS] += panel of rows [k x ROWS]ᵀ · panel of columns [k x COLUMNS], step after
   * step.
   */
  static void product(int k, float[] rows, int ro, float[] columns, int co, float[] tile, int to) {
    if (NARROW) {
      SimdNarrowTile.product(k, rows, ro, columns, co, tile, to);
    } else {
      SimdWideTile.product(k, rows, ro, columns, co, tile, to);
    }
  }
}

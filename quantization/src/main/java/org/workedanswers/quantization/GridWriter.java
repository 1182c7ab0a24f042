package org.workedanswers.quantization;

import org.workedanswers.core.Check;

/**
 * A quantised matrix in the making: first the grid of a group is set from weights, then weights are
 * rounded to it, one at a time and in any order. Rounding the weights from which the grids were set
 * gives what the format itself gives, bit for bit.
 *
 * <p>Rows may be written side by side: what two of them write is never in one place.
 */
abstract class GridWriter {
  private final int width;
  private final boolean together;

  /**
   * @param width weights of a row that share a grid
   * @param together whether no grid is known before the weights of all groups are
   */
  GridWriter(int width, boolean together) {
    this.width = width;
    this.together = together;
  }

  /**
   * The writer for a rows x cols matrix in a format.
   *
   * @throws IllegalArgumentException if the format can't cut such a row, or has no grids
   */
  static GridWriter of(Format format, int rows, int cols) {
    format.storageBytes(rows, cols); // refuses sizes
    if (format instanceof IntFormat integers) {
      return new IntGrids(integers, rows, cols);
    }
    if (format instanceof Nf4 nf4) {
      return new Nf4Grids(nf4, rows, cols);
    }
    Check.that(
        format instanceof GgufType,
        "%s has no groups of weights with a grid: integers, NF4 and GGUF's blocks have",
        format.name());
    return new GgufGrids((GgufType) format, rows, cols);
  }

  /** How many weights of a row share a grid. */
  int width() {
    return width;
  }

  /** Whether all grids have to be set, and {@link #seal} called, before the first rounding. */
  boolean together() {
    return together;
  }

  /** Sets the grid of the group of row i that begins at column {@code from}, by its weights. */
  abstract void grid(int i, int from, float[] w, int at);

  /** Ends the setting of grids, where they are set all together. */
  void seal() {}

  /** Rounds weight (i, j) to its grid, once, keeps the code and returns ŵ. */
  abstract float round(int i, int j, float w);

  /** The matrix, when every weight has its code. */
  abstract QuantizedMatrix finish();
}

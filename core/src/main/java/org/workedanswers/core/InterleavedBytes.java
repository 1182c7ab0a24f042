package org.workedanswers.core;

import java.util.Arrays;

/**
 * Rows of signed bytes that stand side by side, 32 at a time, so that a row is a lane of a vector:
 * {@link Interleaved} without scales, for one vector with very many rows.
 *
 * <p>A group is 32 rows. Two neighbouring columns of a row, 2p and 2p + 1, share 16 bits s, and
 * these stand for all rows of the group one after the other:
 *
 * <pre>
 * s        w(r, 2p) + 128 + 256 · w(r, 2p + 1)
 * place    32 (⌊r / 32⌋ · pairs + p) + r mod 32
 * </pre>
 *
 * So s >> 8 is the second column, and s less 256 times that the first, plus 128. Rows that fill up
 * the last group, and a column that fills up the last pair, are held too, as zeros.
 */
public final class InterleavedBytes {
  /** Rows of a group. */
  public static final int ROWS = 32;

  /** What is added to the first column of a pair; alone it is two zeros. */
  static final short ZERO = 128;

  private final int rows;
  private final int cols;
  private final short[] codes;

  /**
   * Zeros.
   *
   * @throws IllegalArgumentException if a size is negative or the codes pass what an array can hold
   */
  public InterleavedBytes(int rows, int cols) {
    Check.that(rows >= 0, "rows is %d: it must not be negative", rows);
    Check.that(cols >= 0, "cols is %d: it must not be negative", cols);
    this.rows = rows;
    this.cols = cols;
    codes = new short[Check.elements("codes", (long) groups() * ROWS, pairs())];
    Arrays.fill(codes, ZERO);
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** The number of columns. */
  public int cols() {
    return cols;
  }

  /** Pairs of columns, the last of which may be filled in part. */
  public int pairs() {
    return cols / 2 + cols % 2;
  }

  /** Groups of {@link #ROWS} rows, the last of which may be filled in part. */
  public int groups() {
    return (int) ((rows + ROWS - 1L) / ROWS);
  }

  /** The codes s, shared and not copied. */
  public short[] codes() {
    return codes;
  }

  /** Sets a row to the bytes x[xo], x[xo + 1] ...; unchecked, for loops. */
  public void put(int row, byte[] x, int xo) {
    int at = place(row, 0);
    for (int c = 0; c < cols; c += 2) {
      int second = c + 1 < cols ? x[xo + c + 1] : 0;
      codes[at] = (short) (x[xo + c] + ZERO + 256 * second);
      at += ROWS;
    }
  }

  /** w(row, column), also where a row fills up a group; unchecked, for loops. */
  public int get(int row, int column) {
    int s = codes[place(row, column / 2)];
    int second = s >> 8;
    return column % 2 == 1 ? second : s - 256 * second - ZERO;
  }

  private int place(int row, int pair) {
    return ROWS * (row / ROWS * pairs() + pair) + row % ROWS;
  }
}

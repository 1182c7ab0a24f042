package org.workedanswers.core;

import java.util.Arrays;

/**
 * A matrix copied together for products that read it many times: in panels of some columns each, so
 * that a product runs through memory from front to back.
 *
 * <p>Panel p holds the columns {@code p · width ... (p + 1) · width - 1}, row by row: element (i,
 * j) stands at {@code data[((j / width) · rows + i) · width + j % width]}. The last panel is filled
 * up with zeros. {@link Kernels#panelWidth} names the width that a product wants.
 */
public final class Packed {
  private final int rows;
  private final int cols;
  private final int width;
  private final float[] data;

  /**
   * Room for {@code rows x cols} elements, zeros so far.
   *
   * @throws IllegalArgumentException if a size is negative, {@code width} is below 1, or the panels
   *     pass one array
   */
  public Packed(int rows, int cols, int width) {
    this.rows = rows;
    this.cols = cols;
    this.width = Check.positive("width", width);
    Check.that(cols >= 0, "there are %d columns: they must not be negative", cols);
    long panels = ((long) cols + width - 1) / width;
    data = new float[Check.elements("packed matrix", rows, panels * width)];
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** The number of columns, those that fill up the last panel not among them. */
  public int cols() {
    return cols;
  }

  /** Columns of a panel. */
  public int width() {
    return width;
  }

  /** The panels one after the other, shared and not copied. */
  public float[] data() {
    return data;
  }

  /** Where row i of the panel that begins at column j stands in {@link #data()}; unchecked. */
  public int index(int i, int j) {
    return (j / width * rows + i) * width;
  }

  /** Rows {@code from} to {@code to} of the panel that begins at column j, as a matrix: a view. */
  Matrix panel(int from, int to, int j) {
    return Matrix.view(data, from == to ? 0 : index(from, j), to - from, width, width);
  }

  /**
   * Copies op(m) to the first rows and columns; all else becomes zero.
   *
   * @throws IllegalArgumentException if it is larger
   */
  public void set(Matrix m, Op op) {
    Check.that(
        op.rows(m) <= rows && op.cols(m) <= cols,
        "the source is %d x %d: it must be at most %s",
        op.rows(m),
        op.cols(m),
        this);
    if (op.rows(m) < rows || op.cols(m) % width != 0 || op.cols(m) < cols) {
      Arrays.fill(data, 0);
    }
    for (int j = 0; j < op.cols(m); j += width) {
      int n = Math.min(width, op.cols(m) - j);
      if (op == Op.N) {
        for (int i = 0; i < m.rows(); i++) {
          System.arraycopy(m.data(), m.index(i, j), data, index(i, j), n);
        }
      } else {
        for (int c = 0; c < n; c++) {
          int from = m.index(j + c, 0);
          for (int i = 0, to = index(0, j) + c; i < m.cols(); i++, to += width) {
            data[to] = m.data()[from + i];
          }
        }
      }
    }
  }

  /** The shape, as in {@code 64 x 256}. */
  @Override
  public String toString() {
    return rows + " x " + cols;
  }
}

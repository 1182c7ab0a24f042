package org.workedanswers.core;

import java.util.Arrays;

/**
 * A dense float32 matrix, row-major, or a view of one.
 *
 * <p>Element (i, j) stands at {@code data[offset + i · stride + j]}. A view (some rows, one head's
 * columns) shares the array and copies nothing, so a write through a view is seen by all. There is
 * no tensor of more dimensions: a batch or a head is a loop that a reader can see. A transpose is
 * not a view but an argument of {@link Kernels#gemm}.
 *
 * <p>Sizes may be zero. {@code rows · cols} is at most {@link Check#MAX_ELEMENTS}; more is refused
 * before memory is taken.
 */
public final class Matrix {
  private final float[] data;
  private final int offset;
  private final int rows;
  private final int cols;
  private final int stride;

  private Matrix(float[] data, int offset, int rows, int cols, int stride) {
    this.data = data;
    this.offset = offset;
    this.rows = rows;
    this.cols = cols;
    this.stride = stride;
  }

  /**
   * Returns a new {@code rows x cols} matrix of zeros.
   *
   * @throws IllegalArgumentException if a size is negative or the product passes one array
   */
  public static Matrix zeros(int rows, int cols) {
    return new Matrix(new float[Check.elements("matrix", rows, cols)], 0, rows, cols, cols);
  }

  /**
   * Returns a new matrix that holds a copy of {@code values}, one array a row.
   *
   * @throws IllegalArgumentException if the rows differ in length
   */
  public static Matrix of(float[][] values) {
    int cols = values.length == 0 ? 0 : values[0].length;
    Matrix m = zeros(values.length, cols);
    for (int i = 0; i < values.length; i++) {
      Check.that(
          values[i].length == cols,
          "row %d has %d values and row 0 has %d: all rows must be of one length",
          i,
          values[i].length,
          cols);
      System.arraycopy(values[i], 0, m.data, m.index(i, 0), cols);
    }
    return m;
  }

  /**
   * Returns a matrix over {@code data} itself, {@code data.length == rows · cols}, nothing copied.
   *
   * @throws IllegalArgumentException if the length is not {@code rows · cols}
   */
  public static Matrix wrap(float[] data, int rows, int cols) {
    int elements = Check.elements("matrix", rows, cols);
    Check.that(
        data.length == elements,
        "%d x %d needs %d values and the array has %d",
        rows,
        cols,
        elements,
        data.length);
    return new Matrix(data, 0, rows, cols, cols);
  }

  /**
   * Returns a view of {@code data}: row i begins at {@code offset + i · stride}.
   *
   * @throws IllegalArgumentException if {@code stride < cols} or the last row passes the array
   */
  public static Matrix view(float[] data, int offset, int rows, int cols, int stride) {
    Check.elements("view", rows, cols);
    Check.that(stride >= cols, "stride is %d: it must be at least cols = %d", stride, cols);
    long end = rows == 0 ? offset : offset + (rows - 1L) * stride + cols;
    Check.that(
        offset >= 0 && end <= data.length,
        "a %d x %d view at offset %d with stride %d ends at %d and the array has %d values",
        rows,
        cols,
        offset,
        stride,
        end,
        data.length);
    return new Matrix(data, offset, rows, cols, stride);
  }

  /** The number of rows. */
  public int rows() {
    return rows;
  }

  /** The number of columns. */
  public int cols() {
    return cols;
  }

  /** The array behind this matrix, shared and not copied. */
  public float[] data() {
    return data;
  }

  /** Where element (0, 0) stands in {@link #data()}. */
  public int offset() {
    return offset;
  }

  /** How far apart the starts of two neighbouring rows are. */
  public int stride() {
    return stride;
  }

  /** Where element (i, j) stands in {@link #data()}; unchecked, for loops. */
  public int index(int i, int j) {
    return offset + i * stride + j;
  }

  /**
   * Element (i, j).
   *
   * @throws IllegalArgumentException if it is outside of the matrix
   */
  public float get(int i, int j) {
    return data[checked(i, j)];
  }

  /**
   * Sets element (i, j).
   *
   * @throws IllegalArgumentException if it is outside of the matrix
   */
  public void set(int i, int j, float value) {
    data[checked(i, j)] = value;
  }

  private int checked(int i, int j) {
    if (i < 0 || i >= rows || j < 0 || j >= cols) {
      throw new IllegalArgumentException(
          String.format("element (%d, %d) is outside of a %d x %d matrix", i, j, rows, cols));
    }
    return index(i, j);
  }

  /**
   * A view of the rows {@code from} to {@code to}, the last not included.
   *
   * @throws IllegalArgumentException if the range is not inside of the matrix
   */
  public Matrix rows(int from, int to) {
    Check.that(
        from >= 0 && from <= to && to <= rows,
        "rows %d to %d are not inside of a %d x %d matrix",
        from,
        to,
        rows,
        cols);
    return new Matrix(data, from == to ? offset : index(from, 0), to - from, cols, stride);
  }

  /**
   * A view of the columns {@code from} to {@code to}, the last not included: one head's, say.
   *
   * @throws IllegalArgumentException if the range is not inside of the matrix
   */
  public Matrix columns(int from, int to) {
    Check.that(
        from >= 0 && from <= to && to <= cols,
        "columns %d to %d are not inside of a %d x %d matrix",
        from,
        to,
        rows,
        cols);
    return new Matrix(data, rows == 0 ? offset : offset + from, rows, to - from, stride);
  }

  /** A copy of row i as an array. */
  public float[] row(int i) {
    Matrix r = rows(i, i + 1);
    return Arrays.copyOfRange(r.data, r.offset, r.offset + cols);
  }

  /** A copy with an array of its own and {@code stride == cols}. */
  public Matrix copy() {
    Matrix m = zeros(rows, cols);
    m.set(this);
    return m;
  }

  /** A copy of the transpose, cols x rows. */
  public Matrix transposed() {
    Matrix t = zeros(cols, rows);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        t.data[j * rows + i] = data[index(i, j)];
      }
    }
    return t;
  }

  /**
   * Copies all of {@code source} into this matrix.
   *
   * @throws IllegalArgumentException if the shapes differ
   */
  public void set(Matrix source) {
    Check.shape("source", source, rows, cols);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(source.data, source.index(i, 0), data, index(i, 0), cols);
    }
  }

  /** Sets every element to {@code value}. */
  public void fill(float value) {
    for (int i = 0; i < rows; i++) {
      Arrays.fill(data, index(i, 0), index(i, 0) + cols, value);
    }
  }

  /** A copy of the elements, one array a row. */
  public float[][] toArray() {
    float[][] values = new float[rows][];
    for (int i = 0; i < rows; i++) {
      values[i] = row(i);
    }
    return values;
  }

  /** The shape, as in {@code 12 x 64}. */
  @Override
  public String toString() {
    return rows + " x " + cols;
  }
}

package org.workedanswers.core;

/** How {@link Kernels#gemm} reads an operand, with the letters of the BLAS. */
public enum Op {
  /** As it stands. */
  N,
  /** Transposed; nothing is copied for it by the caller. */
  T;

  /** Rows of op(m). */
  public int rows(Matrix m) {
    return this == N ? m.rows() : m.cols();
  }

  /** Columns of op(m). */
  public int cols(Matrix m) {
    return this == N ? m.cols() : m.rows();
  }

  /** The part of m that is rows {@code from} to {@code to} of op(m), as a view. */
  public Matrix rows(Matrix m, int from, int to) {
    return this == N ? m.rows(from, to) : m.columns(from, to);
  }

  /** The part of m that is columns {@code from} to {@code to} of op(m), as a view. */
  public Matrix columns(Matrix m, int from, int to) {
    return this == N ? m.columns(from, to) : m.rows(from, to);
  }
}

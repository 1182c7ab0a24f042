package org.workedanswers.transformer;

/** How a model's matrices are held, and what its products do with activations. */
public enum Storage {
  /** Widened to float32: exactly the file's values, four bytes each, float activations. */
  FLOAT,
  /**
   * As the file has them, widened row by row as they are used; float activations. Matrices of 16
   * bits and k-quants stay in the mapped file.
   */
  STORED,
  /**
   * Blocks of Q8_0 and Q4_0 in an order that multiplies fast, other blocks as they stand;
   * activations are rounded to Q8_0, as llama.cpp does. What stands in no blocks is widened.
   */
  FAST
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;

/**
 * Which weights share a scale: the whole matrix, a row, or a run of a row. Fewer weights to a scale
 * cost more scales and less error, since one large weight spoils fewer others.
 */
public final class Grouping {
  /** One scale for the matrix. */
  public static final Grouping TENSOR = new Grouping("tensor", 0);

  /** One scale a row, that is, an output. */
  public static final Grouping ROW = new Grouping("row", 0);

  private final String name;
  private final int size;

  private Grouping(String name, int size) {
    this.name = name;
    this.size = size;
  }

  /**
   * One scale for {@code size} weights beside each other in a row; it must divide the row.
   *
   * @throws IllegalArgumentException if {@code size < 1}
   */
  public static Grouping of(int size) {
    return new Grouping("g" + Check.positive("group size", size), size);
  }

  /** How many weights a block that rows are cut into has; 1 where any row is fine. */
  int block() {
    return Math.max(size, 1);
  }

  /** How many weights of a row share a scale. */
  int width(int cols) {
    return size == 0 ? cols : size;
  }

  /** How many groups a rows x cols matrix has. */
  long groups(long rows, long cols) {
    if (this == TENSOR) {
      return 1;
    }
    return this == ROW ? rows : rows * (cols / size);
  }

  /** The group of the weights of row i from column j on. */
  int group(int i, int j, int cols) {
    if (this == TENSOR) {
      return 0;
    }
    return this == ROW ? i : i * (cols / size) + j / size;
  }

  /** {@code tensor}, {@code row}, or {@code g} and the size. */
  @Override
  public String toString() {
    return name;
  }
}

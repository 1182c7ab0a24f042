package org.workedanswers.core;

/**
 * Argument checks at the door of public methods. A message names the shapes and values that clash
 * and what is allowed; inner loops check nothing.
 */
public final class Check {
  /** The longest float array that is allocated: what HotSpot grants a Java array. */
  public static final int MAX_ELEMENTS = Integer.MAX_VALUE - 8;

  private Check() {}

  /**
   * Throws unless {@code condition} holds.
   *
   * @param message a {@link String#format} pattern that names the values and what is allowed
   * @throws IllegalArgumentException with the formatted message
   */
  public static void that(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(message, values));
    }
  }

  /**
   * Returns {@code value} if it is in {@code low..high}, both included.
   *
   * @throws IllegalArgumentException otherwise, naming the value and the range
   */
  public static int range(String name, int value, int low, int high) {
    if (value < low || value > high) { // asked here: kernels of a few elements would pay for boxing
      that(false, "%s is %d: it must be in %d..%d", name, value, low, high);
    }
    return value;
  }

  /**
   * Returns {@code value} if it is at least one.
   *
   * @throws IllegalArgumentException otherwise, naming the value
   */
  public static int positive(String name, int value) {
    that(value >= 1, "%s is %d: it must be at least 1", name, value);
    return value;
  }

  /**
   * Returns {@code value} if it is a finite number above zero.
   *
   * @throws IllegalArgumentException otherwise, naming the value
   */
  public static double positive(String name, double value) {
    that(
        value > 0 && value < Double.POSITIVE_INFINITY,
        "%s is %s: it must be a finite number above 0",
        name,
        value);
    return value;
  }

  /**
   * Returns rows · cols as an array length.
   *
   * @throws IllegalArgumentException if a size is negative or the product passes {@link
   *     #MAX_ELEMENTS}; nothing is allocated before that is known
   */
  public static int elements(String name, long rows, long cols) {
    that(rows >= 0 && cols >= 0, "%s is %d x %d: sizes must not be negative", name, rows, cols);
    that(
        cols == 0 || rows <= MAX_ELEMENTS / cols,
        "%s is %d x %d: its elements pass the %d that one Java array can hold",
        name,
        rows,
        cols,
        MAX_ELEMENTS);
    return (int) (rows * cols);
  }

  /**
   * Checks that a run of {@code length} elements at {@code offset} lies inside an array.
   *
   * @throws IllegalArgumentException otherwise, naming offset, length and the array's length
   */
  public static void inside(String name, int offset, int length, int arrayLength) {
    if (offset < 0 || length < 0 || offset > arrayLength - length) {
      that(
          false,
          "%s: %d elements from %d do not lie inside an array of %d",
          name,
          length,
          offset,
          arrayLength);
    }
  }

  /**
   * Checks a matrix's shape.
   *
   * @throws IllegalArgumentException if {@code m} is not {@code rows x cols}, naming both shapes
   */
  public static void shape(String name, Matrix m, int rows, int cols) {
    that(
        m.rows() == rows && m.cols() == cols,
        "%s is %d x %d: it must be %d x %d",
        name,
        m.rows(),
        m.cols(),
        rows,
        cols);
  }
}

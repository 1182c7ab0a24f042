package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/** What every format asks of the weights before it looks at them. */
final class Weights {
  private Weights() {}

  /** Refuses an empty matrix, and rows that blocks of {@code block} weights do not fill. */
  static void checkShape(String format, long rows, long cols, int block) {
    Check.that(
        rows >= 1 && cols >= 1,
        "W is %d x %d: %s needs at least one row and one column",
        rows,
        cols,
        format);
    Check.that(
        cols % block == 0,
        "W is %d x %d: %s cuts each row into blocks of %d, and %d leaves a rest of %d",
        rows,
        cols,
        format,
        block,
        cols,
        cols % block);
  }

  /** Refuses NaN and infinities in a row, naming the first. */
  static void checkFinite(String format, Matrix w, int row) {
    for (int j = 0; j < w.cols(); j++) {
      float x = w.data()[w.index(row, j)];
      if (!(Math.abs(x) <= Float.MAX_VALUE)) { // NaN too
        throw new IllegalArgumentException(
            String.format("W(%d, %d) is %s: %s holds finite weights only", row, j, x, format));
      }
    }
  }

  static void checkRow(QuantizedMatrix w, int row, float[] into, int offset) {
    Check.that(
        row >= 0 && row < w.rows(),
        "row %d is outside of a %d x %d matrix",
        row,
        w.rows(),
        w.cols());
    Check.inside("into", offset, w.cols(), into.length);
  }

  static void checkElement(QuantizedMatrix w, int i, int j) {
    Check.that(
        i >= 0 && i < w.rows() && j >= 0 && j < w.cols(),
        "weight (%d, %d) is outside of a %d x %d matrix",
        i,
        j,
        w.rows(),
        w.cols());
  }

  /** The largest magnitude of {@code n} values. */
  static float absMax(float[] x, int xo, int n) {
    float max = 0;
    for (int i = 0; i < n; i++) {
      max = Math.max(max, Math.abs(x[xo + i]));
    }
    return max;
  }
}

package org.workedanswers.benchmarks;

import org.workedanswers.core.Matrix;

/** Whether two forms give the same result, asked once before either is timed. */
public final class Same {
  private Same() {}

  /**
   * Throws unless every element of {@code got} is within {@code tolerance · max(1, |want|)} of
   * {@code want}'s.
   *
   * @throws IllegalStateException naming the first element that is not
   */
  public static void check(String what, Matrix want, Matrix got, double tolerance) {
    if (got.rows() != want.rows() || got.cols() != want.cols()) {
      throw new IllegalStateException(what + " is " + got + ": it must be " + want);
    }
    for (int i = 0; i < want.rows(); i++) {
      for (int j = 0; j < want.cols(); j++) {
        double w = want.get(i, j);
        // Not >, so that NaN is seen.
        if (!(Math.abs(got.get(i, j) - w) <= tolerance * Math.max(1, Math.abs(w)))) {
          throw new IllegalStateException(
              what + " at (" + i + ", " + j + ") is " + got.get(i, j) + ": it must be " + w);
        }
      }
    }
  }
}

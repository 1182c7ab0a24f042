package org.workedanswers.answers.q15;

import java.util.List;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.core.Matrix;

/** Small things that both parts of the working show alike. */
final class Shown {
  /** Rows of a table of tokens. */
  static final int ROWS = 7;

  private Shown() {}

  static double largestDifference(Matrix a, Matrix b) {
    double largest = 0;
    for (int i = 0; i < a.data().length; i++) {
      largest = Math.max(largest, Math.abs(a.data()[i] - b.data()[i]));
    }
    return largest;
  }

  static double largest(Matrix a) {
    return largestDifference(a, Matrix.zeros(a.rows(), a.cols()));
  }

  static String join(List<String> items) {
    return String.join(", ", items);
  }

  static String percent(double share) {
    return Numbers.fixed(100 * share, 1) + " %";
  }
}

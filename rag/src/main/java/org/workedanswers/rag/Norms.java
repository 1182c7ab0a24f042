package org.workedanswers.rag;

import org.workedanswers.core.Check;

/** The lengths of embeddings, and which of them a search can work with. */
final class Norms {
  /** Between these lengths no product of two vectors leaves float's range. */
  private static final double SHORTEST = 1e-15;

  private static final double LONGEST = 1e15;

  private Norms() {}

  /**
   * ‖x‖ of the d numbers from {@code offset}.
   *
   * @param what what the vector is, for the message: a document, a query
   * @param number which of them
   * @throws IllegalArgumentException if a number is NaN or infinite, or the length is neither 0 nor
   *     in 10⁻¹⁵..10¹⁵
   */
  static double norm(String what, int number, float[] data, int offset, int d) {
    double squares = 0;
    for (int j = 0; j < d; j++) {
      float x = data[offset + j];
      if (!Float.isFinite(x)) {
        Check.that(false, "%s %d has %s at dimension %d: it must be finite", what, number, x, j);
      }
      squares += (double) x * x;
    }
    double norm = Math.sqrt(squares);
    if (norm != 0 && !(norm >= SHORTEST && norm <= LONGEST)) {
      Check.that(
          false,
          "%s %d has length %s: it must be 0, or %s to %s for products in float",
          what,
          number,
          norm,
          SHORTEST,
          LONGEST);
    }
    return norm;
  }
}

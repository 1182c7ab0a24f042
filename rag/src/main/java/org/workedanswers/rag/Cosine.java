package org.workedanswers.rag;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/** The cosine of the angle between two rows, in double precision. */
public final class Cosine {
  private Cosine() {}

  /**
   * x · y / (‖x‖ ‖y‖) for row i of x and row j of y; 0 where one has no direction.
   *
   * @throws IllegalArgumentException if the rows are of different length
   */
  public static double of(Matrix x, int i, Matrix y, int j) {
    Check.that(
        x.cols() == y.cols(), "x has %d columns and y %d: both must have d", x.cols(), y.cols());
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int c = 0; c < x.cols(); c++) {
      double a = x.get(i, c);
      double b = y.get(j, c);
      xy += a * b;
      xx += a * a;
      yy += b * b;
    }
    return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
  }
}

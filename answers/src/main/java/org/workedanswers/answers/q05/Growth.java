package org.workedanswers.answers.q05;

import org.workedanswers.core.Check;

/** How fast a cost grows. */
final class Growth {
  private Growth() {}

  /**
   * The exponent p of y ~ xᵖ: the slope of the least-squares line through the points (log x, log
   * y).
   */
  static double exponent(double[] x, double[] y) {
    Check.that(x.length == y.length && x.length > 1, "%d x and %d y", x.length, y.length);
    double meanX = 0;
    double meanY = 0;
    for (int i = 0; i < x.length; i++) {
      meanX += Math.log(x[i]) / x.length;
      meanY += Math.log(y[i]) / x.length;
    }
    double products = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = Math.log(x[i]) - meanX;
      products += dx * (Math.log(y[i]) - meanY);
      squares += dx * dx;
    }
    return products / squares;
  }
}

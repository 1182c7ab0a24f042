package org.workedanswers.benchmarks.growth;

import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.workedanswers.core.Check;

/**
 * What something costs by its size.
 *
 * @param name what is measured
 * @param sizes the sizes, rising
 * @param costs the cost at each size, all above 0
 */
record Points(String name, double[] sizes, double[] costs) {
  /**
   * Points of a curve.
   *
   * @throws IllegalArgumentException if there are fewer than three, sizes do not rise, or one of
   *     the numbers has no logarithm
   */
  Points {
    Check.that(
        sizes.length >= 3 && sizes.length == costs.length,
        "%s has %d sizes and %d costs: it needs as many, and at least three",
        name,
        sizes.length,
        costs.length);
    for (int i = 0; i < sizes.length; i++) {
      double size = Check.positive("size", sizes[i]);
      Check.that(i == 0 || size > sizes[i - 1], "size %s does not rise", size);
      Check.positive("cost", costs[i]);
    }
  }

  /**
   * The exponent p of cost ~ sizeᵖ with the half-width of its 95 % interval: the least-squares line
   * through (log size, log cost).
   */
  Exponent exponent() {
    SimpleRegression line = new SimpleRegression();
    for (int i = 0; i < sizes.length; i++) {
      line.addData(Math.log(sizes[i]), Math.log(costs[i]));
    }
    return new Exponent(line.getSlope(), line.getSlopeConfidenceInterval());
  }

  /**
   * An exponent.
   *
   * @param value the slope
   * @param within the half-width of its 95 % interval, of these points as a sample
   */
  record Exponent(double value, double within) {}
}

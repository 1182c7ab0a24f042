package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * Position interpolation: θ'_p = θ_p / s. Position m then turns by what position m/s did, so that s
 * L positions lie among the L of the training; neighbours are s times closer than any that the
 * model has seen. Source: Chen et al., <i>Extending Context Window of Large Language Models via
 * Positional Interpolation</i>, 2023, section 2.3.
 *
 * @param factor s, at least 1
 */
public record PositionInterpolation(double factor) implements RopeScaling {
  /**
   * By a factor.
   *
   * @throws IllegalArgumentException if it is below 1 or not finite
   */
  public PositionInterpolation {
    checkFactor(factor);
  }

  /** Checks s of any scaling. */
  static void checkFactor(double factor) {
    Check.that(
        factor >= 1 && factor < Double.POSITIVE_INFINITY,
        "factor is %s: it must be a finite number of at least 1",
        factor);
  }

  @Override
  public double[] frequencies(int d, double base, int length) {
    double[] theta = Rope.frequencies(d, base);
    for (int p = 0; p < theta.length; p++) {
      theta[p] /= factor;
    }
    return theta;
  }
}

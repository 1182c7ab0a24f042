package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * NTK-aware scaling: plain frequencies of a larger base,
 *
 * <pre>
 * base' = base · s^(d/(d-2))        θ'_p = base'^(-2p/d) = θ_p · s^(-2p/(d-2))
 * </pre>
 *
 * so that the highest stays, the lowest is divided by s exactly, and those between by powers of s.
 * Source: bloc97, <i>NTK-Aware Scaled RoPE</i>, 2023; written down by Peng et al., <i>YaRN</i>,
 * 2023, section 3.1.
 *
 * @param factor s, at least 1
 */
public record NtkScaling(double factor) implements RopeScaling {
  /**
   * By a factor.
   *
   * @throws IllegalArgumentException if it is below 1 or not finite
   */
  public NtkScaling {
    PositionInterpolation.checkFactor(factor);
  }

  /** {@inheritDoc} d must be at least 4: of one frequency none is both highest and lowest. */
  @Override
  public double[] frequencies(int d, double base, int length) {
    return frequencies(d, base, factor);
  }

  /** The same for any s. */
  static double[] frequencies(int d, double base, double s) {
    Check.that(d >= 4, "d is %d: it must be at least 4 for an NTK-aware scaling", d);
    Check.positive("base", base);
    double larger = base * Math.pow(s, d / (d - 2.0));
    Check.that(
        larger < Double.POSITIVE_INFINITY,
        "base %s scaled by %s for d = %d passes a double",
        base,
        s,
        d);
    return Rope.frequencies(d, larger);
  }
}

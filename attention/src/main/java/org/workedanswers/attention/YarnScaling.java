package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * YaRN: what turns at least β_fast times in the L positions of the training stays, what turns at
 * most β_slow times is interpolated, between them a ramp over the pairs' indices p:
 *
 * <pre>
 * p(β)  = d ln(L / 2πβ) / (2 ln base)              the pair that turns β times in L
 * γ_p   = (p - low) / (high - low), in 0..1         low = ⌊p(β_fast)⌋ ≥ 0, high = ⌈p(β_slow)⌉ ≤ d-1
 * θ'_p  = (1 - γ_p) θ_p + γ_p θ_p / s
 * queries and keys are multiplied by 0.1 ln s + 1
 * </pre>
 *
 * Source: Peng et al., <i>YaRN: Efficient Context Window Extension of Large Language Models</i>,
 * 2023, sections 3.2 and 3.4. Its text has the ramp linear in the number of turns (as {@link
 * Llama3Scaling} has); its code, with which its models were trained, and Hugging Face's
 * transformers have it linear in p and round its ends outward, and so it is here.
 *
 * @param factor s, at least 1
 * @param originalLength L, the length of the training
 * @param betaFast turns in L positions from which on a frequency stays: 32
 * @param betaSlow turns in L positions up to which it is interpolated: 1
 * @param attentionFactor what queries and keys are multiplied by: 0.1 ln s + 1 unless a model says
 *     otherwise
 */
public record YarnScaling(
    double factor, int originalLength, double betaFast, double betaSlow, double attentionFactor)
    implements RopeScaling {
  /**
   * With all settings named.
   *
   * @throws IllegalArgumentException if the factor is below 1, the length below 1, a β or the
   *     attention factor not above 0, or β_fast not above β_slow
   */
  public YarnScaling {
    PositionInterpolation.checkFactor(factor);
    Check.positive("originalLength", originalLength);
    Check.positive("betaFast", betaFast);
    Check.positive("betaSlow", betaSlow);
    Check.that(
        betaFast > betaSlow,
        "betaFast is %s and betaSlow is %s: the first must be larger",
        betaFast,
        betaSlow);
    Check.positive("attentionFactor", attentionFactor);
  }

  /**
   * With the paper's β_fast = 32, β_slow = 1 and attention factor.
   *
   * @throws IllegalArgumentException if the factor or the length is below 1
   */
  public YarnScaling(double factor, int originalLength) {
    this(factor, originalLength, 32, 1, attentionFactor(factor));
  }

  /**
   * The paper's attention factor, 0.1 ln s + 1.
   *
   * @throws IllegalArgumentException if s is below 1 or not finite
   */
  public static double attentionFactor(double s) {
    PositionInterpolation.checkFactor(s);
    return 0.1 * Math.log(s) + 1;
  }

  /** {@inheritDoc} The base must be above 1. */
  @Override
  public double[] frequencies(int d, double base, int length) {
    double[] theta = Rope.frequencies(d, base);
    Check.that(base > 1, "base is %s: it must be above 1 for YaRN", base);
    double low = Math.max(0, Math.floor(pair(betaFast, d, base)));
    double high = Math.min(d - 1, Math.ceil(pair(betaSlow, d, base)));
    double width = Math.max(0.001, high - low); // an empty ramp is a step
    for (int p = 0; p < theta.length; p++) {
      double gamma = Math.min(1, Math.max(0, (p - low) / width));
      theta[p] = (1 - gamma) * theta[p] + gamma * theta[p] / factor;
    }
    return theta;
  }

  /** The pair p, seldom whole, that turns so many times in L positions. */
  private double pair(double turns, int d, double base) {
    return d * Math.log(originalLength / (2 * Math.PI * turns)) / (2 * Math.log(base));
  }
}

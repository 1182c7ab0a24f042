package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * The scaling of Llama 3.1: what turns more than {@code highFrequencyFactor} times in the L
 * positions of the training stays, what turns fewer than {@code lowFrequencyFactor} times is
 * interpolated, between them a ramp that is linear in the number of turns:
 *
 * <pre>
 * r_p  = L θ_p / 2π
 * γ_p  = (r_p - low) / (high - low), in 0..1
 * θ'_p = γ_p θ_p + (1 - γ_p) θ_p / s
 * </pre>
 *
 * Source: {@code apply_scaling} in Meta's llama-models, 2024; the ramp is that of Peng et al.,
 * <i>YaRN</i>, 2023, section 3.2.
 *
 * @param factor s, at least 1; Llama 3.1 has 8, Llama 3.2 has 32
 * @param lowFrequencyFactor turns up to which a frequency is interpolated: 1
 * @param highFrequencyFactor turns from which on it stays: 4
 * @param originalLength L, the length of the training: 8192
 */
public record Llama3Scaling(
    double factor, double lowFrequencyFactor, double highFrequencyFactor, int originalLength)
    implements RopeScaling {
  /**
   * With all settings named.
   *
   * @throws IllegalArgumentException if the factor or the length is below 1, the low factor is not
   *     above 0, or the high one not above the low
   */
  public Llama3Scaling {
    PositionInterpolation.checkFactor(factor);
    Check.positive("lowFrequencyFactor", lowFrequencyFactor);
    Check.positive("highFrequencyFactor", highFrequencyFactor);
    Check.that(
        highFrequencyFactor > lowFrequencyFactor,
        "highFrequencyFactor is %s and lowFrequencyFactor is %s: the first must be larger",
        highFrequencyFactor,
        lowFrequencyFactor);
    Check.positive("originalLength", originalLength);
  }

  @Override
  public double[] frequencies(int d, double base, int length) {
    double[] theta = Rope.frequencies(d, base);
    for (int p = 0; p < theta.length; p++) {
      double turns = originalLength * theta[p] / (2 * Math.PI);
      double ramp = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor);
      double gamma = Math.min(1, Math.max(0, ramp));
      theta[p] = gamma * theta[p] + (1 - gamma) * theta[p] / factor;
    }
    return theta;
  }
}

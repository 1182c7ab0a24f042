package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * LongRoPE: each frequency has a factor of its own, found by a search over perplexities, one list
 * for contexts within the length L of the training and one for longer ones:
 *
 * <pre>
 * θ'_p = θ_p / short_p  for n ≤ L        θ'_p = θ_p / long_p  for n &gt; L
 * queries and keys are multiplied by √(1 + ln s / ln L)
 * </pre>
 *
 * Source: Ding et al., <i>LongRoPE: Extending LLM Context Window Beyond 2 Million Tokens</i>, 2024,
 * whose λ_p are these factors; the two lists and the attention factor are those of Phi-3's models,
 * which come with it (Abdin et al., <i>Phi-3 Technical Report</i>, 2024).
 */
public final class LongRopeScaling implements RopeScaling {
  private final int originalLength;
  private final double[] shortFactors;
  private final double[] longFactors;
  private final double attentionFactor;

  /**
   * With the attention factor √(1 + ln s / ln L).
   *
   * @param factor s, how many times longer than L the longest context is; 1 gives the factor 1
   * @param originalLength L, at least 2
   * @param shortFactors d/2 factors for n ≤ L
   * @param longFactors d/2 factors for n &gt; L
   * @throws IllegalArgumentException if a number is out of its range or the lists differ in length
   */
  public LongRopeScaling(
      double factor, int originalLength, double[] shortFactors, double[] longFactors) {
    this(originalLength, shortFactors, longFactors, attentionFactor(factor, originalLength));
  }

  /**
   * With an attention factor that the model names.
   *
   * @throws IllegalArgumentException if a number is not above 0 or the lists differ in length
   */
  public LongRopeScaling(
      int originalLength, double[] shortFactors, double[] longFactors, double attentionFactor) {
    this.originalLength = Check.positive("originalLength", originalLength);
    this.attentionFactor = Check.positive("attentionFactor", attentionFactor);
    Check.that(
        shortFactors.length == longFactors.length,
        "there are %d short and %d long factors: one of each a pair of columns is needed",
        shortFactors.length,
        longFactors.length);
    this.shortFactors = checked("a short factor", shortFactors);
    this.longFactors = checked("a long factor", longFactors);
  }

  private static double[] checked(String name, double[] factors) {
    for (double f : factors) {
      Check.positive(name, f);
    }
    return factors.clone();
  }

  /**
   * √(1 + ln s / ln L).
   *
   * @throws IllegalArgumentException if s is below 1 or not finite, or L below 2
   */
  public static double attentionFactor(double s, int originalLength) {
    PositionInterpolation.checkFactor(s);
    Check.range("originalLength", originalLength, 2, Integer.MAX_VALUE);
    return Math.sqrt(1 + Math.log(s) / Math.log(originalLength));
  }

  /** {@inheritDoc} There must be d/2 factors. */
  @Override
  public double[] frequencies(int d, double base, int length) {
    Check.range("length", length, 0, Integer.MAX_VALUE);
    double[] theta = Rope.frequencies(d, base);
    double[] factors = length > originalLength ? longFactors : shortFactors;
    Check.that(
        factors.length == theta.length,
        "there are %d factors and d is %d: %d are needed",
        factors.length,
        d,
        theta.length);
    for (int p = 0; p < theta.length; p++) {
      theta[p] /= factors[p];
    }
    return theta;
  }

  @Override
  public double attentionFactor() {
    return attentionFactor;
  }

  @Override
  public boolean dependsOnLength() {
    return true;
  }

  @Override
  public int unchangedTo() {
    return originalLength;
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "LongRoPE beyond " + originalLength + ", attention factor " + attentionFactor;
  }
}

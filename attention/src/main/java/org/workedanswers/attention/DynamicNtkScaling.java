package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * Dynamic NTK: {@link NtkScaling} whose s follows the length n of the context,
 *
 * <pre>
 * s(n) = factor · n/L - (factor - 1)  for n &gt; L        s(n) = 1  for n ≤ L
 * </pre>
 *
 * so that short contexts are computed as the model was trained. Source: emozilla, <i>Dynamically
 * Scaled RoPE</i>, 2023; with factor = 1 it is the dynamic scaling of Peng et al., <i>YaRN</i>,
 * 2023, section 3.3; with a factor as in Hugging Face's transformers.
 *
 * @param factor how much steeper than n/L it grows, at least 1
 * @param originalLength L, the length of the training
 */
public record DynamicNtkScaling(double factor, int originalLength) implements RopeScaling {
  /**
   * By a factor, from a length on.
   *
   * @throws IllegalArgumentException if the factor is below 1 or not finite, or the length below 1
   */
  public DynamicNtkScaling {
    PositionInterpolation.checkFactor(factor);
    Check.positive("originalLength", originalLength);
  }

  /** {@inheritDoc} d must be at least 4. */
  @Override
  public double[] frequencies(int d, double base, int length) {
    Check.range("length", length, 0, Integer.MAX_VALUE);
    double n = Math.max(length, originalLength);
    double s = factor * n / originalLength - (factor - 1);
    return NtkScaling.frequencies(d, base, s);
  }

  @Override
  public boolean dependsOnLength() {
    return true;
  }

  @Override
  public int unchangedTo() {
    return originalLength;
  }
}

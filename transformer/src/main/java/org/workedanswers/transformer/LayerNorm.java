package org.workedanswers.transformer;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Layer normalisation, over each row x of width d:
 *
 * <pre>
 * y = g ⊙ (x - μ) / √(σ² + ε) + b        μ = Σ xⱼ / d,  σ² = Σ (xⱼ - μ)² / d
 * </pre>
 *
 * Source: Ba, Kiros and Hinton, <i>Layer Normalization</i>, 2016, equations 3 and 4; ε as all
 * implementations have it.
 */
public final class LayerNorm implements Norm {
  private final float[] gain;
  private final float[] bias;
  private final double epsilon;
  private final float[] ones;

  /**
   * The arrays are kept.
   *
   * @param gain g, d values
   * @param bias b, d values
   * @param epsilon ε
   * @throws IllegalArgumentException if the lengths differ or are 0, or ε is not above 0
   */
  public LayerNorm(float[] gain, float[] bias, double epsilon) {
    Check.that(
        gain.length == bias.length && gain.length > 0,
        "there are %d gains and %d biases: there must be d of both, at least one",
        gain.length,
        bias.length);
    this.gain = gain;
    this.bias = bias;
    this.epsilon = Check.positive("epsilon", epsilon);
    ones = new float[gain.length];
    Arrays.fill(ones, 1);
  }

  @Override
  public int width() {
    return gain.length;
  }

  @Override
  public void apply(Kernels kernels, Matrix x, Matrix y) {
    int d = width();
    Check.that(x.cols() == d, "x is %s: the norm is for rows of %d", x, d);
    Check.shape("y", y, x.rows(), d);
    float[] row = new float[d];
    for (int i = 0; i < x.rows(); i++) {
      System.arraycopy(x.data(), x.index(i, 0), row, 0, d);
      subtract(row, kernels.dot(d, row, 0, ones, 0) / d);
      double variance = (double) kernels.dot(d, row, 0, row, 0) / d;
      scale(row, (float) (1 / Math.sqrt(variance + epsilon)), gain, bias);
      System.arraycopy(row, 0, y.data(), y.index(i, 0), d);
    }
  }

  // The JIT of Java 17 makes vector code of a loop where all arrays are read from their start.

  private static void subtract(float[] row, float mean) {
    for (int j = 0; j < row.length; j++) {
      row[j] -= mean;
    }
  }

  private static void scale(float[] row, float factor, float[] gain, float[] bias) {
    for (int j = 0; j < row.length; j++) {
      row[j] = row[j] * factor * gain[j] + bias[j];
    }
  }

  @Override
  public long parameters() {
    return 2L * width();
  }
}

package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Root mean square normalisation, over each row x of width d:
 *
 * <pre>
 * y = g ⊙ x / √(Σ xⱼ² / d + ε)
 * </pre>
 *
 * Source: Zhang and Sennrich, <i>Root Mean Square Layer Normalization</i>, 2019, equation 4; ε as
 * Llama and T5 have it.
 */
public final class RmsNorm implements Norm {
  private final float[] gain;
  private final double epsilon;

  /**
   * The array is kept.
   *
   * @param gain g, d values
   * @param epsilon ε
   * @throws IllegalArgumentException if there is no gain or ε is not above 0
   */
  public RmsNorm(float[] gain, double epsilon) {
    Check.positive("width d", gain.length);
    this.gain = gain;
    this.epsilon = Check.positive("epsilon", epsilon);
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
      double square = (double) kernels.dot(d, row, 0, row, 0) / d;
      scale(row, (float) (1 / Math.sqrt(square + epsilon)), gain);
      System.arraycopy(row, 0, y.data(), y.index(i, 0), d);
    }
  }

  /** The JIT of Java 17 makes vector code of a loop where all arrays are read from their start. */
  private static void scale(float[] row, float factor, float[] gain) {
    for (int j = 0; j < row.length; j++) {
      row[j] = row[j] * factor * gain[j];
    }
  }

  @Override
  public long parameters() {
    return width();
  }
}

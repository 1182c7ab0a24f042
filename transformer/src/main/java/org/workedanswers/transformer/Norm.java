package org.workedanswers.transformer;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Brings each row of x to one scale: {@link LayerNorm} or {@link RmsNorm}.
 *
 * <p>A row's result depends on that row alone. NaN or infinity in a row makes that row NaN.
 */
public interface Norm {
  /** d, the width of a row. */
  int width();

  /**
   * Writes the norm of each row of x [n x d] to y [n x d]; y may be x itself.
   *
   * @throws IllegalArgumentException if a width is not d or the rows are not as many
   */
  void apply(Kernels kernels, Matrix x, Matrix y);

  /** Gains and biases. */
  long parameters();
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Weights in blocks of 32 that can be multiplied as llama.cpp does: activations become {@link
 * GgufType#Q8_0} too, the sums of a block are whole numbers, and no weight is widened. What that
 * adds to the error is at most half a step of Q8_0 an activation.
 */
public interface BlockMatrix extends QuantizedMatrix {
  /**
   * y = W x̂, x̂ being x in Q8_0: x is {@code cols} values from {@code xo}, y is {@code rows}
   * values from {@code yo}.
   *
   * @throws IllegalArgumentException if a run is not inside of its array, or x holds NaN, an
   *     infinity or a magnitude of 8.3 million and more
   */
  default void multiplyQ8(Kernels kernels, Loop loop, float[] x, int xo, float[] y, int yo) {
    Check.inside("x", xo, cols(), x.length);
    Check.inside("y", yo, rows(), y.length);
    multiplyTransposedQ8(
        kernels,
        loop,
        Matrix.view(x, xo, 1, cols(), cols()),
        Matrix.view(y, yo, 1, rows(), rows()));
  }

  /**
   * Y = X̂ Wᵀ, X̂ being X [n x cols] in Q8_0; Y is [n x rows].
   *
   * <p>The sums over the codes of a block are exact. The result is within {@code (b + 8) · 2⁻²³} of
   * the magnitudes added, b the blocks of a row. Row i of Y depends on row i of X alone, and its
   * bits neither on the other rows nor on threads. Activations are quantised into scratch that each
   * thread keeps: of 131072 at a time, or of one row.
   *
   * @throws IllegalArgumentException as {@link #multiplyQ8}, or if the shapes do not fit; rows of Y
   *     may have been written
   */
  void multiplyTransposedQ8(Kernels kernels, Loop loop, Matrix x, Matrix y);
}

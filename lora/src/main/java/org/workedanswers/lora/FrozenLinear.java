package org.workedanswers.lora;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A linear layer whose weight W [d_out x d_in] is never changed: y = x Wᵀ.
 *
 * <p>{@link #of(Matrix)} keeps it in float32, {@link #of(QuantizedMatrix)} in few bits, as QLoRA
 * does. A bias, if the layer has one, is added by who owns it: adapters leave it alone.
 */
public interface FrozenLinear {
  /** The width of y. */
  int dOut();

  /** The width of x. */
  int dIn();

  /**
   * y = x Wᵀ for x [n x d_in] and y [n x d_out]; y is written and never read.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  void forward(Kernels kernels, Loop loop, Matrix x, Matrix y);

  /**
   * dx = dy W: from ∂L/∂y [n x d_out] to ∂L/∂x [n x d_in]; dx is written and never read.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  void backward(Kernels kernels, Loop loop, Matrix dy, Matrix dx);

  /** Bytes that W takes. */
  long storageBytes();

  /** A layer over W [d_out x d_in] itself; nothing is copied, and nothing here writes to it. */
  static FrozenLinear of(Matrix w) {
    return new DenseBase(w);
  }

  /** A layer over W in few bits: QLoRA's base, if the format is NF4. */
  static FrozenLinear of(QuantizedMatrix w) {
    return new QuantizedBase(w);
  }
}

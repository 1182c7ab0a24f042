package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.lora.Adapter;
import org.workedanswers.quantization.BlockMatrix;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A linear layer.
 *
 * <pre>
 * y = x Wᵀ + b
 *
 * x  [n x in]     one token a row
 * W  [out x in]   row i makes output i, as checkpoints have it
 * b  [out]        or none
 * </pre>
 *
 * Row i of y depends on row i of x alone, bit for bit, with kernels that {@linkplain
 * org.workedanswers.core.Kernels#sumsByInnerSizeAlone keep that promise}. NaN and infinity travel
 * as in IEEE 754.
 */
public interface Linear {
  /** The width of x. */
  int in();

  /** The width of y. */
  int out();

  /**
   * Writes x Wᵀ + b to y, which does not overlap x.
   *
   * @throws IllegalArgumentException if x is not [n x in] or y not [n x out]
   */
  void apply(Compute compute, Matrix x, Matrix y);

  /** Returns x Wᵀ + b, a new [n x out]. */
  default Matrix apply(Compute compute, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), out());
    apply(compute, x, y);
    return y;
  }

  /**
   * Writes row i of W, the {@code in} weights of output i, to {@code into[at...]}; i is not
   * checked.
   *
   * @throws UnsupportedOperationException if W is not held by itself, as beside an adapter
   */
  default void row(int i, float[] into, int at) {
    throw new UnsupportedOperationException(getClass().getSimpleName() + " does not hold W itself");
  }

  /** Weights and biases. */
  long parameters();

  /** Bytes that they take. */
  long bytes();

  /**
   * In float32, over a copy of W [out x in] that is packed for products. {@code bias} may be null;
   * it is kept.
   *
   * @throws IllegalArgumentException if W is empty or the bias is not of {@code out} values
   */
  static Linear dense(Matrix w, float[] bias) {
    return new DenseLinear(w, Op.T, bias);
  }

  /**
   * The same for a weight that stands as [in x out], as ONNX files and {@code x W} have it.
   *
   * @throws IllegalArgumentException if W is empty or the bias is not of {@code out} values
   */
  static Linear denseInOut(Matrix w, float[] bias) {
    return new DenseLinear(w, Op.N, bias);
  }

  /**
   * With W in few bits and x as it is: rows of W are widened as they are used.
   *
   * @throws IllegalArgumentException if the bias is not of {@code out} values
   */
  static Linear quantized(QuantizedMatrix w, float[] bias) {
    return new QuantizedLinear(w, bias, w::multiplyTransposed);
  }

  /**
   * With W in blocks and x rounded to Q8_0 first, as llama.cpp multiplies: faster, and a little
   * further off.
   *
   * @throws IllegalArgumentException if the bias is not of {@code out} values
   */
  static Linear quantizedQ8(BlockMatrix w, float[] bias) {
    return new QuantizedLinear(w, bias, w::multiplyTransposedQ8);
  }

  /**
   * Layers that read the same x, their outputs side by side; nothing is copied.
   *
   * @throws IllegalArgumentException if there is none or their inputs differ
   */
  static Linear sideBySide(Linear... parts) {
    return SideBySide.of(parts);
  }

  /**
   * The same as one product where all parts are dense: their weights are copied together, which
   * pays for few rows.
   *
   * @throws IllegalArgumentException if there is none or their inputs differ
   */
  static Linear joined(Linear... parts) {
    return SideBySide.joined(parts);
  }

  /** This layer with a low-rank update beside it, y = x Wᵀ + b + s (x Aᵀ) Bᵀ; W stays as it is. */
  default Linear with(Adapter adapter) {
    return new AdaptedLinear(this, adapter);
  }

  /** Checks the shapes of {@link #apply(Compute, Matrix, Matrix)}. */
  static void checkShapes(Linear layer, Matrix x, Matrix y) {
    if (x.cols() != layer.in() || y.rows() != x.rows() || y.cols() != layer.out()) {
      Check.that( // asked here: each call would pay for boxing
          false,
          "x is %s, W is %d x %d and y is %s: they must be n x in, out x in and n x out",
          x,
          layer.out(),
          layer.in(),
          y);
    }
  }

  /** Checks that a bias, if there is one, has a value for each output. */
  static void checkBias(int out, float[] bias) {
    Check.that(
        bias == null || bias.length == out,
        "the bias has %d values and W has %d rows: it must have one for each",
        bias == null ? 0 : bias.length,
        out);
  }

  /** y[i, :] += b for every row; nothing where b is null. */
  static void addBias(Compute compute, float[] bias, Matrix y) {
    for (int i = 0; bias != null && i < y.rows(); i++) {
      compute.kernels().axpy(bias.length, 1, bias, 0, y.data(), y.index(i, 0));
    }
  }
}

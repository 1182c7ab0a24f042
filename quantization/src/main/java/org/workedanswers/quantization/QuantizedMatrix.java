package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A weight matrix W [rows x cols] kept in few bits. Immutable.
 *
 * <p>Row i holds the weights of output i, so y = W x needs one row at a time. No product ever
 * widens the whole of W: a thread widens {@link #TILE} rows into a buffer of its own, uses them and
 * goes on.
 */
public interface QuantizedMatrix {
  /** How many rows a thread widens at a time. */
  int TILE = 8;

  /** The format's name, as in {@link Format#name}. */
  String format();

  /** The number of rows, outputs of y = W x. */
  int rows();

  /** The number of columns, inputs of y = W x. */
  int cols();

  /** Bytes of the codes alone. */
  long payloadBytes();

  /** Bytes of all that is stored: codes, scales, zero points, offsets. */
  long storageBytes();

  /** Bits per weight of the codes alone: 8 · payloadBytes / (rows · cols). */
  default double payloadBitsPerWeight() {
    return 8.0 * payloadBytes() / ((double) rows() * cols());
  }

  /** Bits per weight of all that is stored: 8 · storageBytes / (rows · cols). */
  default double bitsPerWeight() {
    return 8.0 * storageBytes() / ((double) rows() * cols());
  }

  /**
   * Writes the {@code cols} weights of a row, widened to float32, to {@code into[offset...]}.
   *
   * @throws IllegalArgumentException if there is no such row, or they do not fit
   */
  void dequantizeRow(int row, float[] into, int offset);

  /** All of W widened: a new float32 matrix, 32 bits a weight. For looking, not for products. */
  default Matrix dequantize() {
    Matrix w = Matrix.zeros(rows(), cols());
    for (int i = 0; i < rows(); i++) {
      dequantizeRow(i, w.data(), w.index(i, 0));
    }
    return w;
  }

  /**
   * y = W x with float activations: x is {@code cols} values from {@code xo}, y is {@code rows}
   * values from {@code yo}.
   *
   * <p>The bits are those of a row of {@link #multiplyTransposed}. NaN and infinities of x travel
   * as in IEEE 754. y is within γ Σ|wᵢxᵢ| of the exact product with the widened weights, γ as in
   * {@link Kernels}.
   *
   * @throws IllegalArgumentException if a run is not inside of its array
   */
  default void multiply(Kernels kernels, Loop loop, float[] x, int xo, float[] y, int yo) {
    Check.inside("x", xo, cols(), x.length);
    Check.inside("y", yo, rows(), y.length);
    multiplyTransposed(
        kernels,
        loop,
        Matrix.view(x, xo, 1, cols(), cols()),
        Matrix.view(y, yo, 1, rows(), rows()));
  }

  /**
   * Y = X Wᵀ with float activations: X is [n x cols], one token a row, Y is [n x rows]; n may be 0.
   *
   * <p>Threads share the rows of W. Each row is widened once, whatever n is; the scratch is {@code
   * threads · TILE · cols} floats. Row i of Y depends on row i of X alone.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  default void multiplyTransposed(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    RowProducts.multiplyTransposed(this, kernels, loop, x, y);
  }
}

package org.workedanswers.transformer;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A {@link Linear} whose weight is kept in few bits.
 *
 * @param product how x meets the weight: as it is, or rounded to Q8_0 first
 */
record QuantizedLinear(QuantizedMatrix w, float[] bias, Product product) implements Linear {
  /** y = x Wᵀ. */
  interface Product {
    void multiply(Kernels kernels, Loop loop, Matrix x, Matrix y);
  }

  QuantizedLinear {
    Linear.checkBias(w.rows(), bias);
  }

  @Override
  public int in() {
    return w.cols();
  }

  @Override
  public int out() {
    return w.rows();
  }

  @Override
  public void apply(Compute compute, Matrix x, Matrix y) {
    Linear.checkShapes(this, x, y);
    product.multiply(compute.kernels(), compute.loop(), x, y);
    Linear.addBias(compute, bias, y);
  }

  @Override
  public void row(int i, float[] into, int at) {
    w.dequantizeRow(i, into, at);
  }

  @Override
  public long parameters() {
    return (long) w.rows() * w.cols() + (bias == null ? 0 : bias.length);
  }

  @Override
  public long bytes() {
    return w.storageBytes() + (bias == null ? 0L : (long) Float.BYTES * bias.length);
  }
}

package org.workedanswers.transformer;

import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.BlockMatrix;

/** A {@link Linear} whose weight is in blocks of few bits and whose input is rounded to Q8_0. */
record BlockLinear(BlockMatrix w, float[] bias) implements Linear {
  BlockLinear {
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
    w.multiplyTransposedQ8(compute.kernels(), compute.loop(), x, y);
    Linear.addBias(compute, bias, y);
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

package org.workedanswers.transformer;

import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A file's tensor [rows x cols] as weights: rows are widened from the mapped file when asked for.
 */
record TensorMatrix(Tensor tensor, int rows, int cols) implements QuantizedMatrix {
  static TensorMatrix of(Tensor tensor) {
    long[] shape = tensor.shape();
    Check.that(
        shape.length == 2 && shape[0] <= Check.MAX_ELEMENTS && shape[1] <= Check.MAX_ELEMENTS,
        "%s is no matrix",
        tensor);
    return new TensorMatrix(tensor, (int) shape[0], (int) shape[1]);
  }

  @Override
  public String format() {
    return tensor.type().name();
  }

  @Override
  public long payloadBytes() {
    return tensor.bytes();
  }

  @Override
  public long storageBytes() {
    return tensor.bytes();
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    System.arraycopy(tensor.floats((long) row * cols, cols), 0, into, offset, cols);
  }
}

package org.workedanswers.rag;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Vectors in signed bytes with a scale each: x ≈ s · x̂, where s = max|xⱼ| / 127 and x̂ⱼ = xⱼ / s
 * rounded. Kept with them: ‖x‖, and ‖x - s · x̂‖, how far off the bytes are.
 */
final class Int8Vectors {
  final byte[] bytes; // [rows x cols]
  final double[] scales;
  final double[] norms;
  final double[] residuals;

  /** Rounds the rows of a matrix of finite numbers. */
  Int8Vectors(String name, Matrix x) {
    bytes = new byte[Check.elements(name, x.rows(), x.cols())];
    scales = new double[x.rows()];
    norms = new double[x.rows()];
    residuals = new double[x.rows()];
    for (int i = 0; i < x.rows(); i++) {
      round(i, x);
    }
  }

  private void round(int row, Matrix x) {
    float[] data = x.data();
    int from = x.index(row, 0);
    double largest = 0;
    for (int j = 0; j < x.cols(); j++) {
      largest = Math.max(largest, Math.abs(data[from + j]));
    }
    double scale = largest / 127;
    double squares = 0;
    double off = 0;
    for (int j = 0; j < x.cols(); j++) {
      double v = data[from + j];
      byte b = (byte) (scale == 0 ? 0 : Math.rint(v / scale));
      bytes[row * x.cols() + j] = b;
      squares += v * v;
      off += (v - scale * b) * (v - scale * b);
    }
    scales[row] = scale;
    norms[row] = Math.sqrt(squares);
    residuals[row] = Math.sqrt(off);
  }
}

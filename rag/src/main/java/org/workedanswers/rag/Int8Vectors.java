package org.workedanswers.rag;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Vectors in signed bytes with a scale each, x ≈ s · x̂, so short that a dot product of two of them
 * fits 16 bits: ‖x̂‖² < 2¹⁵, so |x̂ · ŷ| < 2¹⁵ by the inequality of Cauchy and Schwarz.
 *
 * <pre>
 * s = max(max|xⱼ| / 127, ‖x‖ / √(2¹⁵ - 1)), a little more where rounding asks for it
 * x̂ⱼ = xⱼ / s rounded
 * </pre>
 *
 * Of hundreds of columns each has six bits or so, and together they are off by a few hundredths of
 * ‖x‖. Kept with them: ‖x‖, and ‖x - s · x̂‖, how far off the bytes are.
 */
final class Int8Vectors {
  /** The largest ‖x̂‖². */
  static final int MOST = Short.MAX_VALUE;

  private static final double LITTLE_MORE = 1.01;

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
      float[] data = x.data();
      int from = x.index(i, 0);
      int to = i * x.cols();
      norms[i] = Norms.norm(name, i, data, from, x.cols());
      scales[i] = scale(data, from, x.cols(), norms[i]);
      while (round(data, from, x.cols(), scales[i], to) > MOST) {
        scales[i] *= LITTLE_MORE;
      }
      residuals[i] = residual(data, from, x.cols(), scales[i], to);
    }
  }

  private static double scale(float[] x, int xo, int n, double norm) {
    double largest = 0;
    for (int j = xo; j < xo + n; j++) {
      largest = Math.max(largest, Math.abs(x[j]));
    }
    return Math.max(largest / Byte.MAX_VALUE, norm / Math.sqrt(MOST));
  }

  /** Leaves x̂ and returns ‖x̂‖². */
  private long round(float[] x, int xo, int n, double scale, int to) {
    long squares = 0;
    for (int j = 0; j < n; j++) {
      int rounded = scale == 0 ? 0 : (int) Math.rint(x[xo + j] / scale);
      bytes[to + j] = (byte) rounded;
      squares += (long) rounded * rounded;
    }
    return squares;
  }

  private double residual(float[] x, int xo, int n, double scale, int to) {
    double squares = 0;
    for (int j = 0; j < n; j++) {
      double off = x[xo + j] - scale * bytes[to + j];
      squares += off * off;
    }
    return Math.sqrt(squares);
  }
}

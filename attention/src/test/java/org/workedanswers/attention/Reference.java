package org.workedanswers.attention;

import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Attention in double precision, one query at a time, and random operands that are views. */
final class Reference {
  /** Unit roundoff of float, twice. */
  static final double ULP = Math.scalb(1.0, -23);

  private Reference() {}

  /** The output, and for each element how far a float computation may be from it. */
  record Expected(double[][] output, double[][] tolerance) {}

  static Expected attend(Matrix q, Matrix k, Matrix v, Mask mask) {
    return attend(q, k, v, mask, 1 / Math.sqrt(q.cols()));
  }

  /**
   * The tolerance follows the steps. A scaled score is off by at most a = (d_k + 2) ulp · scale ·
   * Σ|q k|, so a weight by a factor e^(2a); sums of m terms and the exponential add (2 m + 20) ulp.
   */
  static Expected attend(Matrix q, Matrix k, Matrix v, Mask mask, double scale) {
    int n = q.rows();
    int m = k.rows();
    double[][] output = new double[n][v.cols()];
    double[][] tolerance = new double[n][v.cols()];
    for (int i = 0; i < n; i++) {
      double[] s = new double[m];
      double largest = 0;
      for (int j = 0; j < m; j++) {
        if (!mask.allowed(m - n + i, j)) {
          s[j] = Double.NEGATIVE_INFINITY;
          continue;
        }
        double absolute = 0;
        for (int c = 0; c < q.cols(); c++) {
          double product = (double) q.get(i, c) * k.get(j, c);
          s[j] += product;
          absolute += Math.abs(product);
        }
        s[j] *= scale;
        largest = Math.max(largest, Math.abs(scale) * absolute);
      }
      double[] p = Softmax.of(s);
      double a = (q.cols() + 2) * ULP * largest;
      double relative = Math.expm1(2 * a) + (2 * m + 20) * ULP;
      for (int c = 0; c < v.cols(); c++) {
        double absolute = 0;
        for (int j = 0; j < m; j++) {
          output[i][c] += p[j] * v.get(j, c);
          absolute += p[j] * Math.abs(v.get(j, c));
        }
        tolerance[i][c] = relative * absolute + 1e-30;
      }
    }
    return new Expected(output, tolerance);
  }

  /** A view with an odd offset and stride into an array whose other values are NaN. */
  static Matrix view(SeededRandom random, int rows, int cols) {
    int offset = random.below(5);
    int stride = cols + random.below(4);
    float[] data = new float[offset + rows * stride + 3];
    java.util.Arrays.fill(data, Float.NaN);
    Matrix m = Matrix.view(data, offset, rows, cols, stride);
    m.set(random.gaussian(rows, cols, 1));
    return m;
  }

  /** One of the masks, any kind of it. */
  static Mask mask(SeededRandom random, int kind, int n, int m) {
    return switch (kind) {
      case 0 -> Mask.full();
      case 1 -> Mask.causal();
      case 2 -> Mask.slidingWindow(1 + random.below(m + 2));
      case 3 -> Mask.window(random.below(4), random.below(4));
      case 4 ->
          Mask.windowWithGlobal(
              Mask.window(random.below(3), random.below(3)), 0, random.below(m + 1));
      case 5 -> Mask.causal().and(Mask.windowWithGlobal(Mask.slidingWindow(2), 0));
      default -> Mask.of(table(random, n, m));
    };
  }

  static final int MASK_KINDS = 7;

  /** Truths of a random density, a row without any among them now and then. */
  static boolean[][] table(SeededRandom random, int n, int m) {
    double density = random.uniform();
    boolean[][] allowed = new boolean[n][m];
    for (boolean[] row : allowed) {
      boolean empty = random.below(8) == 0;
      for (int j = 0; j < m; j++) {
        row[j] = !empty && random.uniform() < density;
      }
    }
    return allowed;
  }
}

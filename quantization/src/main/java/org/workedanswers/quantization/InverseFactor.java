package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;

/**
 * U, the upper Cholesky factor of the inverse: H⁻¹ = Uᵀ U.
 *
 * <pre>
 * H = R Rᵀ, R upper triangular      Cholesky from the last row and column on
 * U = R⁻¹                           so Uᵀ U = (R Rᵀ)⁻¹
 * </pre>
 *
 * The inverse itself is never formed. in³ / 6 multiply-adds for each step, in double; R and U each
 * 8 · in² bytes. Source: for what U is for, GPTQ, section 3.3, step 3.
 */
final class InverseFactor {
  /** A pivot below this share of its diagonal is nothing but rounding. */
  private static final double NOISE = 1e-10;

  private InverseFactor() {}

  /**
   * U of a positive definite matrix, row-major.
   *
   * @param h the matrix [n x n], of which the upper triangle is read; R replaces it
   * @param loop shares out rows; any number of threads gives the same bits
   * @throws IllegalArgumentException if the matrix is not positive definite
   */
  static double[] of(Loop loop, double[] h, int n) {
    for (int j = n - 1; j >= 0; j--) {
      int column = j;
      double diagonal = h[j * n + j];
      double pivot = diagonal - dot(h, j * n, j * n, j + 1, n);
      Check.that(
          pivot > NOISE * diagonal && pivot < Double.POSITIVE_INFINITY,
          "H with its damping is not positive definite: pivot %d of %d is %s; more damping, or more"
              + " tokens, make it so",
          j,
          n,
          pivot);
      double root = Math.sqrt(pivot);
      h[j * n + j] = root;
      // R(i, j) = (H(i, j) - Σ over k > j of R(i, k) R(j, k)) / R(j, j)
      loop.ranges(
          j,
          (from, to) -> {
            for (int i = from; i < to; i++) {
              double rest = h[i * n + column] - dot(h, i * n, column * n, column + 1, n);
              h[i * n + column] = rest / root;
            }
          });
    }
    return inverse(loop, h, n);
  }

  private static double dot(double[] r, int a, int b, int from, int to) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int k = from;
    for (; k < to - 3; k += 4) { // four sums: one would wait for itself
      s0 += r[a + k] * r[b + k];
      s1 += r[a + k + 1] * r[b + k + 1];
      s2 += r[a + k + 2] * r[b + k + 2];
      s3 += r[a + k + 3] * r[b + k + 3];
    }
    for (; k < to; k++) {
      s0 += r[a + k] * r[b + k];
    }
    return s0 + s1 + (s2 + s3);
  }

  /** U = R⁻¹, a row at a time: u R = eᵢ. */
  private static double[] inverse(Loop loop, double[] r, int n) {
    double[] u = new double[r.length];
    loop.forEach(
        n,
        i -> {
          u[i * n + i] = 1;
          for (int k = i; k < n; k++) {
            double x = u[i * n + k] / r[k * n + k];
            u[i * n + k] = x;
            subtract(n - k - 1, x, r, k * n + k + 1, u, i * n + k + 1);
          }
        });
    return u;
  }

  /** y[yo+j] -= α · x[xo+j] for n values. */
  static void subtract(int n, double alpha, double[] x, int xo, double[] y, int yo) {
    for (int j = 0; j < n; j++) {
      y[yo + j] -= alpha * x[xo + j];
    }
  }
}

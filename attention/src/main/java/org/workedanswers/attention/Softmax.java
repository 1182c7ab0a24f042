package org.workedanswers.attention;

/**
 * The softmax and its derivative, in double precision, to see why scores are scaled.
 *
 * <pre>
 * p_i = e^(x_i) / Σ_j e^(x_j)
 * J   = ∂p/∂x = diag(p) - p pᵀ        J_ij = p_i (δ_ij - p_j)
 * </pre>
 *
 * Every entry of J has a factor p_i (1 - p_i) or p_i p_j. So when one weight comes near 1 and the
 * others near 0, all of J comes near 0 and no gradient passes: the softmax is saturated.
 *
 * <p>For rows of a matrix in float see {@link org.workedanswers.core.Kernels#softmaxRow}; -∞, NaN
 * and a row of -∞ alone are treated here as there.
 */
public final class Softmax {
  private Softmax() {}

  /** p for the scores x; zeros if all are -∞. */
  public static double[] of(double[] x) {
    double max = Double.NEGATIVE_INFINITY;
    for (double value : x) {
      max = Math.max(max, value); // NaN if any value is
    }
    double[] p = new double[x.length];
    if (max == Double.NEGATIVE_INFINITY) {
      return p;
    }
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      p[i] = Math.exp(x[i] - max);
      sum += p[i];
    }
    for (int i = 0; i < x.length; i++) {
      p[i] /= sum;
    }
    return p;
  }

  /** J = diag(p) - p pᵀ, [n x n], symmetric; its rows sum to 0 when p sums to 1. */
  public static double[][] jacobian(double[] p) {
    double[][] j = new double[p.length][p.length];
    for (int a = 0; a < p.length; a++) {
      for (int b = 0; b < p.length; b++) {
        j[a][b] = a == b ? p[a] * (1 - p[a]) : -p[a] * p[b];
      }
    }
    return j;
  }

  /**
   * The Frobenius norm of J without J, in O(n):
   *
   * <pre>
   * ‖J‖² = Σ_i p_i² (1 - p_i)² + Σ_{i≠j} p_i² p_j²
   * </pre>
   *
   * 1 - p_i is summed from the other weights. Subtracting would give 0 as soon as p_i rounds to 1,
   * which is where the norm is wanted.
   */
  public static double jacobianNorm(double[] p) {
    int n = p.length;
    double[] after = new double[n + 1]; // Σ_{j≥i} p_j
    double[] afterSquared = new double[n + 1]; // Σ_{j≥i} p_j²
    for (int i = n - 1; i >= 0; i--) {
      after[i] = after[i + 1] + p[i];
      afterSquared[i] = afterSquared[i + 1] + p[i] * p[i];
    }
    double before = 0;
    double beforeSquared = 0;
    double norm = 0;
    for (int i = 0; i < n; i++) {
      double others = before + after[i + 1];
      norm += p[i] * p[i] * (others * others + beforeSquared + afterSquared[i + 1]);
      before += p[i];
      beforeSquared += p[i] * p[i];
    }
    return Math.sqrt(norm);
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Loop;

/** tr(D H Dᵀ) for a symmetric H of which the upper triangle is kept, in double. */
final class QuadraticForm {
  /** Rows of D for which a row of H is read once. */
  private static final int TILE = 4;

  /** Rows of D, made when they are needed. */
  @FunctionalInterface
  interface Rows {
    /** Writes row i. */
    void read(int i, double[] into);
  }

  private QuadraticForm() {}

  /** Σ over rows d of D: Σₖ dₖ (Hₖₖ dₖ + 2 Σ over j > k of Hₖⱼ dⱼ). */
  static double trace(Loop loop, double[] h, int n, int count, Rows rows) {
    double[] byRow = new double[count];
    loop.ranges(
        (count + TILE - 1) / TILE,
        (from, to) -> {
          double[][] d = new double[TILE][n];
          for (int tile = from; tile < to; tile++) {
            int first = tile * TILE;
            int height = Math.min(TILE, count - first);
            for (int t = 0; t < height; t++) {
              rows.read(first + t, d[t]);
            }
            for (int k = 0; k < n; k++) {
              addRow(h, n, k, d, height, byRow, first);
            }
          }
        });
    double sum = 0;
    for (double row : byRow) { // one order, whoever computed them
      sum += Math.max(0, row);
    }
    return sum;
  }

  private static void addRow(
      double[] h, int n, int k, double[][] d, int height, double[] sums, int first) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    for (int j = k + 1; j < n; j++) {
      double x = h[k * n + j];
      s0 += x * d[0][j];
      s1 += x * d[1][j];
      s2 += x * d[2][j];
      s3 += x * d[3][j];
    }
    double[] s = {s0, s1, s2, s3};
    for (int t = 0; t < height; t++) {
      sums[first + t] += d[t][k] * (h[k * n + k] * d[t][k] + 2 * s[t]);
    }
  }
}

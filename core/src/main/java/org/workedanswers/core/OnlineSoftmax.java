package org.workedanswers.core;

import java.util.Arrays;

/** {@link Kernels#onlineSoftmax} by the kernels' own exponential. */
final class OnlineSoftmax {
  private OnlineSoftmax() {}

  static void rows(Kernels kernels, Matrix s, float[] max, float[] sum, float[] alpha) {
    for (int i = 0; i < s.rows(); i++) {
      float before = max[i];
      max[i] = largest(before, s.cols(), s.data(), s.index(i, 0));
      if (max[i] == Float.NEGATIVE_INFINITY) {
        Arrays.fill(s.data(), s.index(i, 0), s.index(i, 0) + s.cols(), 0);
        alpha[i] = 1;
        continue;
      }
      float weights = weigh(kernels, s.cols(), s.data(), s.index(i, 0), max[i]);
      alpha[i] = max[i] == before ? 1 : (float) Math.exp(before - max[i]); // ∞ - ∞ is NaN
      sum[i] = alpha[i] * sum[i] + weights;
    }
  }

  private static float largest(float before, int n, float[] x, int xo) {
    float max = before;
    for (int j = 0; j < n; j++) {
      max = Math.max(max, x[xo + j]); // NaN if any value is
    }
    return max;
  }

  /** x ← e^(x - max); returns their sum. */
  private static float weigh(Kernels kernels, int n, float[] x, int xo, float max) {
    for (int j = 0; j < n; j++) {
      x[xo + j] -= max;
    }
    kernels.exp(n, x, xo, x, xo);
    float sum = 0;
    for (int j = 0; j < n; j++) {
      sum += x[xo + j];
    }
    return sum;
  }
}

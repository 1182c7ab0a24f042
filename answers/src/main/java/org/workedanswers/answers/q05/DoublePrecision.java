package org.workedanswers.answers.q05;

import org.workedanswers.attention.Mask;
import org.workedanswers.attention.Softmax;
import org.workedanswers.core.Matrix;

/**
 * Attention written out in double precision, one query at a time: what float results are held to.
 */
final class DoublePrecision {
  private DoublePrecision() {}

  /** The largest distance of an output's element from softmax(Q Kᵀ/√d_k) V. */
  static double farthest(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    double farthest = 0;
    int m = k.rows();
    for (int i = 0; i < q.rows(); i++) {
      double[] scores = new double[m];
      for (int j = 0; j < m; j++) {
        if (!mask.allowed(m - q.rows() + i, j)) {
          scores[j] = Double.NEGATIVE_INFINITY;
          continue;
        }
        for (int c = 0; c < q.cols(); c++) {
          scores[j] += (double) q.data()[q.index(i, c)] * k.data()[k.index(j, c)];
        }
        scores[j] /= Math.sqrt(q.cols());
      }
      double[] weights = Softmax.of(scores);
      for (int c = 0; c < v.cols(); c++) {
        double exact = 0;
        for (int j = 0; j < m; j++) {
          exact += weights[j] * v.data()[v.index(j, c)];
        }
        farthest = Math.max(farthest, Math.abs(exact - output.get(i, c)));
      }
    }
    return farthest;
  }
}

package org.workedanswers.answers.q04;

import org.workedanswers.attention.AttentionTrace;
import org.workedanswers.attention.Softmax;
import org.workedanswers.core.Matrix;

/**
 * What one head does with a sentence, as means over its queries.
 *
 * @param head the head's number
 * @param self weight on the query's own token
 * @param before weight on the token before it
 * @param first weight on the first token, [CLS]
 * @param bits entropy of the weights: 0 for one key alone, log₂ n for all alike
 * @param spread standard deviation of the scores q · k
 * @param norm Frobenius norm of the softmax's Jacobian, scores scaled
 * @param normUnscaled the same, scores not scaled
 */
record HeadProfile(
    int head,
    double self,
    double before,
    double first,
    double bits,
    double spread,
    double norm,
    double normUnscaled) {

  static HeadProfile of(int head, AttentionTrace trace) {
    Matrix w = trace.weights();
    int n = w.rows();
    double self = 0;
    double before = 0;
    double first = 0;
    double bits = 0;
    double norm = 0;
    double normUnscaled = 0;
    for (int i = 0; i < n; i++) {
      self += w.get(i, i);
      before += i == 0 ? 0 : w.get(i, i - 1);
      first += w.get(i, 0);
      for (float p : w.row(i)) {
        bits -= p == 0 ? 0 : p * Math.log(p) / Math.log(2);
      }
      norm += Softmax.jacobianNorm(Softmax.of(doubles(trace.scaled(), i)));
      normUnscaled += Softmax.jacobianNorm(Softmax.of(doubles(trace.scores(), i)));
    }
    return new HeadProfile(
        head,
        self / n,
        before / Math.max(1, n - 1),
        first / n,
        bits / n,
        deviation(trace.scores()),
        norm / n,
        normUnscaled / n);
  }

  static double[] doubles(Matrix m, int row) {
    double[] x = new double[m.cols()];
    for (int j = 0; j < x.length; j++) {
      x[j] = m.get(row, j);
    }
    return x;
  }

  private static double deviation(Matrix m) {
    double sum = 0;
    double squares = 0;
    for (float x : m.data()) {
      sum += x;
      squares += (double) x * x;
    }
    double mean = sum / m.data().length;
    return Math.sqrt(Math.max(0, squares / m.data().length - mean * mean));
  }
}

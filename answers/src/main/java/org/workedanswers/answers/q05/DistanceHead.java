package org.workedanswers.answers.q05;

import java.util.Arrays;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.Scale;
import org.workedanswers.attention.Softmax;
import org.workedanswers.core.Adam;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/**
 * The smallest model that has rotary positions: one head whose query and keys are the same for
 * every token, so that all it can learn is how much each distance matters.
 *
 * <pre>
 * q = (a_0, b_0, a_1, b_1 ...)   k = (1, 0, 1, 0 ...)      2 d/2 weights, all of them in q
 * score(δ) = Σ_p a_p cos θ_p δ - b_p sin θ_p δ             of a key δ tokens back
 * loss(n)  = - Σ_δ P_n(δ) ln softmax(score(0) ... score(n-1))_δ,   P_n(δ) ~ (δ + 1)^-r
 * </pre>
 *
 * The text it foresees copies, at every place, the token that stands δ back, δ drawn from P_n; the
 * least loss is the entropy of P_n, and what it loses above that is its own fault. It is trained
 * with n = 1 ... L by Adam and the exact gradient of the expected loss, and tried through {@link
 * Rope} and {@link PlainAttention}. It is no language model: what a real one loses stands in
 * docs/models.md.
 */
final class DistanceHead {
  /** d, the width of the head. */
  static final int WIDTH = 16;

  /** L, the length of the training. */
  static final int TRAINED = 64;

  /** Of the frequencies: smaller than usual, as the training is short. */
  static final double BASE = 1000;

  private static final int STEPS = 600;
  private static final double RATE = 0.05;

  private final double exponent; // r
  private final Matrix q; // [1 x d]

  private DistanceHead(double exponent, Matrix q) {
    this.exponent = exponent;
    this.q = q;
  }

  /** Trained on distances that matter as (δ + 1)^-r. */
  static DistanceHead trained(double exponent, SeededRandom random) {
    DistanceHead head = new DistanceHead(exponent, random.gaussian(1, WIDTH, 0.1));
    double[][] turned = new double[TRAINED][WIDTH]; // what a weight adds to score(δ)
    double[] theta = Rope.frequencies(WIDTH, BASE);
    for (int delta = 0; delta < TRAINED; delta++) {
      for (int p = 0; p < theta.length; p++) {
        turned[delta][2 * p] = Math.cos(theta[p] * delta);
        turned[delta][2 * p + 1] = -Math.sin(theta[p] * delta);
      }
    }
    Adam adam = new Adam(1, WIDTH, RATE);
    for (int step = 0; step < STEPS; step++) {
      adam.step(head.q, head.gradient(turned));
    }
    return head;
  }

  /** Of the mean loss over n = 1 ... L. */
  private Matrix gradient(double[][] turned) {
    double[] scores = new double[TRAINED];
    for (int delta = 0; delta < TRAINED; delta++) {
      for (int c = 0; c < WIDTH; c++) {
        scores[delta] += q.get(0, c) * turned[delta][c];
      }
    }
    double[] byScore = new double[TRAINED]; // d loss / d score(δ)
    for (int n = 1; n <= TRAINED; n++) {
      double[] weights = Softmax.of(Arrays.copyOf(scores, n));
      double[] wanted = wanted(n);
      for (int delta = 0; delta < n; delta++) {
        byScore[delta] += (weights[delta] - wanted[delta]) / TRAINED;
      }
    }
    Matrix gradient = Matrix.zeros(1, WIDTH);
    for (int c = 0; c < WIDTH; c++) {
      double sum = 0;
      for (int delta = 0; delta < TRAINED; delta++) {
        sum += byScore[delta] * turned[delta][c];
      }
      gradient.set(0, c, (float) sum);
    }
    return gradient;
  }

  /** P_n. */
  private double[] wanted(int n) {
    double[] wanted = new double[n];
    double sum = 0;
    for (int delta = 0; delta < n; delta++) {
      wanted[delta] = Math.pow(delta + 1.0, -exponent);
      sum += wanted[delta];
    }
    for (int delta = 0; delta < n; delta++) {
      wanted[delta] /= sum;
    }
    return wanted;
  }

  /** What a head loses above the entropy that weighs all n tokens alike. */
  double flat(int n) {
    double flat = 0;
    for (double p : wanted(n)) {
      flat += p * Math.log(p * n);
    }
    return flat;
  }

  /** What it loses above the entropy with n tokens, nats a token, its positions scaled. */
  double excess(Kernels kernels, RopeScaling scaling, int n) {
    Rope rope = Rope.of(WIDTH, BASE, scaling, n, Rope.Pairing.INTERLEAVED);
    Matrix query = q.copy();
    Matrix keys = Matrix.zeros(n, WIDTH);
    for (int i = 0; i < n; i++) {
      for (int c = 0; c < WIDTH; c += 2) {
        keys.set(i, c, 1);
      }
    }
    rope.rotate(query, n - 1);
    rope.rotate(keys, 0);
    Matrix weights =
        new PlainAttention(kernels, Scale.NONE).explain(query, keys, keys, Mask.full()).weights();
    double[] wanted = wanted(n);
    double excess = 0;
    for (int delta = 0; delta < n; delta++) {
      double weight = Math.max(Float.MIN_VALUE, weights.get(0, n - 1 - delta));
      excess += wanted[delta] * Math.log(wanted[delta] / weight);
    }
    return excess;
  }
}

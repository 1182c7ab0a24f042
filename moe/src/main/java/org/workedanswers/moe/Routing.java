package org.workedanswers.moe;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Which experts each of n tokens chose, and with which weights.
 *
 * <p>A token chooses the k experts of its largest logits, the largest first; among equal logits the
 * expert with the lower number comes first. A logit of -∞ is an expert that must not count: its
 * probability is 0, and it is chosen, with weight 0, only where fewer than k others are left. If
 * all are -∞ all weights are 0. A NaN among the logits is chosen after every number, and all
 * weights of that token become NaN, whatever the gating, so that it is seen in the output; +∞ does
 * the same, as softmax is not defined for it. Other tokens are not touched.
 *
 * @param logits h = x W_r [n x E]
 * @param probabilities softmax(h) over all experts [n x E]
 * @param experts for each token the numbers of its k experts, 0 … E-1, the best first [n][k]
 * @param weights their weights, in the same order [n x k]
 */
public record Routing(Matrix logits, Matrix probabilities, int[][] experts, Matrix weights) {
  /**
   * Chooses k experts a token by the logits [n x E], and weighs them.
   *
   * @throws IllegalArgumentException unless 1 ≤ k ≤ E
   */
  public static Routing of(Kernels kernels, Matrix logits, int k, Gating gating) {
    checkK(k, logits.cols());
    int n = logits.rows();
    Matrix probabilities = logits.copy();
    kernels.softmaxRows(probabilities);
    int[][] experts = new int[n][];
    Matrix weights = Matrix.zeros(n, k);
    for (int t = 0; t < n; t++) {
      experts[t] = largest(logits, t, k);
      weigh(kernels, logits, probabilities, t, experts[t], gating, weights);
    }
    return new Routing(logits, probabilities, experts, weights);
  }

  static void checkK(int k, int experts) {
    Check.that(
        k >= 1 && k <= experts,
        "k is %d and there are %d experts: k must be in 1..%d",
        k,
        experts,
        experts);
  }

  /** The columns of the k largest values of a row, the largest first. */
  private static int[] largest(Matrix logits, int row, int k) {
    int[] chosen = new int[k];
    boolean[] taken = new boolean[logits.cols()];
    for (int rank = 0; rank < k; rank++) {
      int best = -1;
      for (int e = 0; e < logits.cols(); e++) {
        if (!taken[e] && (best < 0 || before(logits.get(row, e), logits.get(row, best)))) {
          best = e;
        }
      }
      taken[best] = true;
      chosen[rank] = best;
    }
    return chosen;
  }

  /** Whether a is chosen before b although it has the higher number. */
  private static boolean before(float a, float b) {
    return a > b || Float.isNaN(b) && !Float.isNaN(a);
  }

  private static void weigh(
      Kernels kernels,
      Matrix logits,
      Matrix probabilities,
      int token,
      int[] chosen,
      Gating gating,
      Matrix weights) {
    int k = chosen.length;
    int first = weights.index(token, 0);
    float[] w = weights.data();
    boolean undefined = Float.isNaN(probabilities.get(token, 0)); // then the whole row is
    for (int j = 0; j < k; j++) {
      float h = logits.get(token, chosen[j]);
      float p = probabilities.get(token, chosen[j]);
      w[first + j] =
          switch (gating) {
            case TOP_K_THEN_SOFTMAX -> h;
            case SOFTMAX_THEN_TOP_K, SOFTMAX_THEN_TOP_K_RENORMALISED -> p;
            case UNWEIGHTED -> h == Float.NEGATIVE_INFINITY ? 0 : 1;
          };
      if (undefined) {
        w[first + j] = Float.NaN;
      }
    }
    if (gating == Gating.TOP_K_THEN_SOFTMAX) {
      kernels.softmaxRow(k, w, first);
    } else if (gating == Gating.SOFTMAX_THEN_TOP_K_RENORMALISED) {
      renormalise(k, w, first);
    }
  }

  private static void renormalise(int k, float[] w, int first) {
    float sum = 0;
    for (int j = 0; j < k; j++) {
      sum += w[first + j];
    }
    for (int j = 0; j < k && sum != 0; j++) { // 0: nothing to share out
      w[first + j] /= sum;
    }
  }

  /** n, how many tokens there are. */
  public int tokens() {
    return logits.rows();
  }

  /** E, how many experts there are to choose from. */
  public int expertCount() {
    return logits.cols();
  }

  /** k, how many experts each token chose. */
  public int k() {
    return weights.cols();
  }

  /** How many tokens chose each expert; the sum is n · k. */
  public int[] load() {
    int[] load = new int[expertCount()];
    for (int[] chosen : experts) {
      for (int e : chosen) {
        load[e]++;
      }
    }
    return load;
  }
}

package org.workedanswers.moe;

/**
 * The auxiliary loss that keeps a router from sending all tokens to a few experts.
 *
 * <pre>
 *   L = E · Σₑ fₑ · Pₑ
 *
 *   fₑ   the share of all n · k choices that went to expert e, counted before any is dropped
 *   Pₑ   the mean over tokens of expert e's probability, softmax over all experts
 *   L    1 when both are even, E when every token is sent to one expert with certainty (k = 1)
 * </pre>
 *
 * Only P has a gradient; f weighs it, so that the crowded expert's probability is pressed down. The
 * papers scale it differently. This is eq. 4 to 6 of Fedus et al. 2021 (<i>Switch Transformers</i>,
 * arXiv:2101.03961) without its factor α (there 10⁻²), carried over to k choices. Mixtral's loss as
 * the Transformers library computes it lets f sum to k and is therefore k · L; GShard's (Lepikhin
 * et al. 2020, arXiv:2006.16668, algorithm 1) takes first choices alone and divides by E, not
 * multiplies: L / E² at k = 1.
 */
public final class LoadBalance {
  private LoadBalance() {}

  /** L; 0 for no tokens, NaN if a probability is. */
  public static double loss(Routing routing) {
    double[] f = choiceShares(routing);
    double[] p = meanProbabilities(routing);
    double sum = 0;
    for (int e = 0; e < f.length; e++) {
      sum += f[e] * p[e];
    }
    return f.length * sum;
  }

  /** f, one an expert; zeros for no tokens. */
  public static double[] choiceShares(Routing routing) {
    int[] load = routing.load();
    double[] f = new double[load.length];
    for (int e = 0; e < f.length && routing.tokens() > 0; e++) {
      f[e] = (double) load[e] / ((double) routing.tokens() * routing.k());
    }
    return f;
  }

  /** P, one an expert; zeros for no tokens. */
  public static double[] meanProbabilities(Routing routing) {
    double[] p = new double[routing.expertCount()];
    for (int t = 0; t < routing.tokens(); t++) {
      for (int e = 0; e < p.length; e++) {
        p[e] += routing.probabilities().get(t, e) / (double) routing.tokens();
      }
    }
    return p;
  }
}

package org.workedanswers.transformer.sampling;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * Keeps the nucleus, the smallest set of the likeliest tokens whose probabilities reach p together:
 *
 * <pre>
 * V = {1 ... m},  m the least with Σ_{i≤m} p_i ≥ p        p_1 ≥ p_2 ≥ ...
 * </pre>
 *
 * The token that crosses p is in it. p = 0 keeps the likeliest, p = 1 all. Source: Holtzman et al.,
 * <i>The Curious Case of Neural Text Degeneration</i>, 2020, section 3.1, equation 2.
 *
 * @param p the mass to reach
 */
public record TopP(double p) implements SamplingStep {
  private static final int FIRST = 64; // how many are put in order at first, four times more then

  /**
   * With p.
   *
   * @throws IllegalArgumentException if it is not in 0..1
   */
  public TopP {
    Check.that(p >= 0 && p <= 1, "p is %s: it must be in 0..1", p);
  }

  @Override
  public void apply(Candidates candidates, BitSet seen) {
    if (p == 1) {
      return; // a sum that rounds to 1 early would leave out the least likely
    }
    double all = 0;
    for (double weight : candidates.weights()) {
      all += weight;
    }
    double mass = 0;
    double top = 0;
    for (int i = 0, ordered = 0; i < candidates.count(); i++) {
      if (i == ordered) {
        ordered = (int) Math.min(candidates.count(), Math.max(FIRST, 4L * ordered));
        candidates.sortBest(ordered);
        top = candidates.logit(0);
      }
      mass += Math.exp((candidates.logit(i) - top) / candidates.temperature());
      if (mass >= p * all) {
        candidates.keepBest(i + 1);
        return;
      }
    }
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "top-p " + p;
  }
}

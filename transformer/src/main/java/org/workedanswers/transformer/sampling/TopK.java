package org.workedanswers.transformer.sampling;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * Keeps the k likeliest tokens; of equal ones at the border the lowest tokens, so that no more than
 * k are left. Source: Fan, Lewis and Dauphin, <i>Hierarchical Neural Story Generation</i>, 2018,
 * section 5.4.
 *
 * @param k how many; more than there are keeps all
 */
public record TopK(int k) implements SamplingStep {
  /**
   * With k.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public TopK {
    Check.positive("k", k);
  }

  @Override
  public void apply(Candidates candidates, BitSet seen) {
    candidates.keepBest(k);
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "top-k " + k;
  }
}

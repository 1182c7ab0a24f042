package org.workedanswers.transformer.sampling;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * Makes tokens of the text so far less likely, each once however often it occurs:
 *
 * <pre>
 * x_i ← x_i / θ  where x_i &gt; 0        x_i ← x_i · θ  where x_i ≤ 0
 * </pre>
 *
 * Source: Keskar et al., <i>CTRL: A Conditional Transformer Language Model for Controllable
 * Generation</i>, 2019, section 4.1, which divides whatever the sign is and so would make a
 * negative logit likelier; the two cases are common practice since.
 *
 * @param theta θ; 1 changes nothing, the paper has 1.2
 */
public record RepetitionPenalty(double theta) implements SamplingStep {
  /**
   * With θ.
   *
   * @throws IllegalArgumentException if it is no finite number above 0
   */
  public RepetitionPenalty {
    Check.positive("theta", theta);
  }

  @Override
  public void apply(Candidates candidates, BitSet seen) {
    if (theta != 1 && !seen.isEmpty()) {
      candidates.change(seen, x -> x > 0 ? x / theta : x * theta);
    }
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "repetition penalty " + theta;
  }
}

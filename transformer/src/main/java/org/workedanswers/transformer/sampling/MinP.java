package org.workedanswers.transformer.sampling;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * Keeps what is at least so likely, as a part of the likeliest:
 *
 * <pre>
 * p_i ≥ p_base · p_max,   that is   x_i - x_max ≥ T ln p_base
 * </pre>
 *
 * So a sure model keeps few and an unsure one many. 0 keeps all, 1 the likeliest and its equals.
 * Source: Nguyen et al., <i>Turning Up the Heat: Min-p Sampling for Creative and Coherent LLM
 * Outputs</i>, 2024, section 3.
 *
 * @param base p_base
 */
public record MinP(double base) implements SamplingStep {
  /**
   * With p_base.
   *
   * @throws IllegalArgumentException if it is not in 0..1
   */
  public MinP {
    Check.that(base >= 0 && base <= 1, "min-p is %s: it must be in 0..1", base);
  }

  @Override
  public void apply(Candidates candidates, BitSet seen) {
    float max = candidates.logit(candidates.best());
    candidates.keepFrom(max + candidates.temperature() * Math.log(base));
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "min-p " + base;
  }
}

package org.workedanswers.transformer.sampling;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * Divides the logits: p_i = e^(x_i / T) / Σ_j e^(x_j / T). Below 1 the likely become likelier,
 * above 1 less so. 0 is the limit: the best alone is left, of equal ones the lowest token, which is
 * greedy decoding. Source: Ackley, Hinton and Sejnowski, <i>A Learning Algorithm for Boltzmann
 * Machines</i>, 1985.
 *
 * @param temperature T
 */
public record Temperature(double temperature) implements SamplingStep {
  /**
   * With T.
   *
   * @throws IllegalArgumentException if it is negative or not finite
   */
  public Temperature {
    Check.that(
        temperature >= 0 && temperature < Double.POSITIVE_INFINITY,
        "temperature is %s: it must be a finite number of at least 0",
        temperature);
  }

  @Override
  public void apply(Candidates candidates, BitSet seen) {
    if (temperature == 0) {
      candidates.keepBest(1);
    } else {
      candidates.divideBy(temperature);
    }
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return "temperature " + temperature;
  }
}

package org.workedanswers.benchmarks.peers;

import org.workedanswers.core.Check;

/**
 * One side of a race.
 *
 * @param name who it is
 * @param work what a call does, in a unit that both sides share: 1 where both do the same job, else
 *     its multiply-adds or bytes
 * @param call does it once
 */
public record Contender(String name, double work, Runnable call) {
  /**
   * A contender whose calls each do some work.
   *
   * @throws IllegalArgumentException if the work is not positive and finite
   */
  public Contender {
    Check.that(
        work > 0 && work < Double.POSITIVE_INFINITY, "work is %s: it must be positive", work);
  }

  /** A contender that does the same job as the other side. */
  public static Contender of(String name, Runnable call) {
    return new Contender(name, 1, call);
  }

  /** The same contender where a call does that much work. */
  public Contender doing(double units) {
    return new Contender(name, units, call);
  }
}

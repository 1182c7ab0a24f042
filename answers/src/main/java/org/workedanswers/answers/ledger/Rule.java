package org.workedanswers.answers.ledger;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.workedanswers.core.Check;

/**
 * How a verdict follows from a measurement. Bounds are two-sided and of the measurement's form.
 *
 * <p>There are four rules, one for each way in which a text can be right or wrong: {@link #within},
 * {@link #rounded}, {@link #conditional} and {@link #contradicted}.
 */
public final class Rule {
  private interface Judge {
    Verdict judge(Value measured);
  }

  private final Value low;
  private final Value high;
  private final Judge judge;

  private Rule(Value low, Value high, Judge judge) {
    Check.that(low.sameForm(high), "low %s and high %s must have one form", low, high);
    this.low = low;
    this.high = high;
    this.judge = judge;
  }

  /** HOLDS if every number is within its bounds, else DOES NOT HOLD. */
  public static Rule within(Value low, Value high) {
    return new Rule(low, high, m -> m.within(low, high) ? Verdict.HOLDS : Verdict.DOES_NOT_HOLD);
  }

  /** {@link #within} for exact numbers: counts. */
  public static Rule exactly(Value value) {
    return within(value, value);
  }

  /**
   * The text gives a number that may be rounded: HOLDS if the measured one is exactly that, HOLDS,
   * ROUNDED if it is within the relative {@code tolerance} of it, else DOES NOT HOLD.
   */
  public static Rule rounded(double text, double tolerance) {
    Check.positive("tolerance", tolerance);
    Value low = Value.of(text - Math.abs(text) * tolerance);
    Value high = Value.of(text + Math.abs(text) * tolerance);
    return new Rule(
        low,
        high,
        m -> {
          if (!m.within(low, high)) {
            return Verdict.DOES_NOT_HOLD;
          }
          return m.number() == text ? Verdict.HOLDS : Verdict.HOLDS_ROUNDED;
        });
  }

  /**
   * The text leaves a condition out. The measurement has both sides of it: the numbers named in
   * {@code met} with the condition, all others without.
   *
   * <p>Every number has bounds: those under the condition around what the text says, the others
   * around what is known instead. HOLDS IF when all are within their bounds. A number outside of
   * its bounds is something that nobody has explained, on either side: DOES NOT HOLD.
   *
   * @param textLow what the text says of each number without the condition, at least; if these are
   *     met as well, the condition is not needed and the verdict is HOLDS
   * @param textHigh the same, at most
   */
  public static Rule conditional(
      Value low, Value high, Set<String> met, Value textLow, Value textHigh) {
    List<String> without = new ArrayList<>(low.names());
    Check.that(
        !met.isEmpty() && without.containsAll(met) && met.size() < without.size(),
        "%s must be some, but not all, of %s",
        met,
        low.names());
    without.removeAll(met);
    Check.that(
        textLow.names().equals(without) && textHigh.sameForm(textLow),
        "the text's bounds name %s and must name %s",
        textLow.names(),
        without);
    return new Rule(
        low,
        high,
        m -> {
          boolean underCondition = met.stream().allMatch(name -> m.within(name, low, high));
          if (underCondition
              && without.stream().allMatch(name -> m.within(name, textLow, textHigh))) {
            return Verdict.HOLDS;
          }
          return m.within(low, high) ? Verdict.HOLDS_IF : Verdict.DOES_NOT_HOLD;
        });
  }

  /**
   * The bounds are what the text says: HOLDS where all numbers are inside of them. Where one is
   * outside, DOES NOT HOLD, and then all must lie in {@code knownLow..knownHigh}, or the
   * measurement itself is broken and refused.
   *
   * @throws IllegalStateException when judging, if the measurement is outside of what is known
   */
  public static Rule contradicted(Value low, Value high, Value knownLow, Value knownHigh) {
    return new Rule(
        low,
        high,
        m -> {
          if (m.within(low, high)) {
            return Verdict.HOLDS;
          }
          if (!m.within(knownLow, knownHigh)) {
            throw new IllegalStateException(
                "measured " + m + ", known to lie in " + knownLow + " .. " + knownHigh);
          }
          return Verdict.DOES_NOT_HOLD;
        });
  }

  /** The lower bounds. */
  public Value low() {
    return low;
  }

  /** The upper bounds. */
  public Value high() {
    return high;
  }

  /**
   * The verdict on a measurement.
   *
   * @throws IllegalArgumentException if its form is not that of the bounds
   */
  public Verdict judge(Value measured) {
    Check.that(measured.sameForm(low), "measured %s and low %s must have one form", measured, low);
    return judge.judge(measured);
  }
}

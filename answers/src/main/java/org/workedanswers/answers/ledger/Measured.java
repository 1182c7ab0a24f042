package org.workedanswers.answers.ledger;

import java.util.List;

/**
 * The outcome of a measurement.
 *
 * @param value what the verdict rests on: counts and deterministic numbers, never a time
 * @param notes what stands beside it as information: times, ratios of times
 */
public record Measured(Value value, List<String> notes) {
  /** A value with notes. */
  public static Measured of(Value value, String... notes) {
    return new Measured(value, List.of(notes));
  }

  /** One number with notes. */
  public static Measured of(double number, String... notes) {
    return of(Value.of(number), notes);
  }
}

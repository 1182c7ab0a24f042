package org.workedanswers.benchmarks.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StopwatchTest {
  private long now;
  private int calls;

  @Test
  void eachCallsTimeIsTheMedianOfItsRoundsWithoutTheFirst() {
    double[] seconds =
        new Stopwatch(() -> now)
            .seconds(
                () -> now += 30_000_000,
                // Cold for three rounds, then now and then held up by something else.
                () ->
                    now += ++calls <= 3 ? 900_000_000 : calls % 5 == 0 ? 500_000_000 : 50_000_000);
    assertEquals(0.030, seconds[0], 1e-12);
    assertEquals(0.050, seconds[1], 1e-12);
    assertEquals(12, calls);
  }

  @Test
  void aShortCallIsRepeated() {
    double[] seconds =
        new Stopwatch(() -> now)
            .seconds(
                () -> {
                  now += 1_000;
                  calls++;
                });
    assertEquals(1e-6, seconds[0], 1e-12);
    assertTrue(calls >= 12 * 20_000, "" + calls);
  }
}

package org.workedanswers.benchmarks.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** Races of contenders that take what a clock of the test's own says. */
class RaceTest {
  private static final Race.Settings FIVE = new Race.Settings(0.1, 0, 0, 5, 9);

  private long now;
  private final StringBuilder turns = new StringBuilder();

  /** A contender whose n-th call takes the n-th of some milliseconds, the last again and again. */
  private Contender takes(String name, double... millis) {
    int[] call = {0};
    return Contender.of(
        name,
        () -> {
          turns.append(name);
          now += Math.round(1e6 * millis[Math.min(call[0]++, millis.length - 1)]);
        });
  }

  private Timings run(Race.Settings settings, Contender ours, Contender peer) {
    return new Race(() -> now).run(settings, ours, peer);
  }

  @Test
  void sidesTakeTurnsAndTheRatioIsOfSpeeds() {
    Timings timings = run(FIVE, takes("a", 50), takes("b", 100));
    assertEquals("ab".repeat(2 + 5), turns.toString());
    assertEquals(2, timings.median().value(), 1e-12);
    assertEquals(0.05, timings.ourSeconds(), 1e-12);
    assertEquals(0.1, timings.peersSeconds(), 1e-12);
  }

  @Test
  void theMedianAndTheRangeAreThoseOfTheRoundsAfterWarmingUp() {
    Contender ours = takes("a", 700, 1, 10, 10, 20, 10, 40);
    Timings timings = run(FIVE, ours, takes("b", 100, 100, 10, 30, 80, 10, 160));
    assertArrayEquals(new double[] {1, 3, 4, 1, 4}, timings.ratios(), 1e-12);
    assertEquals(new Timings.Ratio(3, 1, 4), rounded(timings.median()));
    // 10 ms at best on both sides, in different rounds or not.
    assertEquals(new Timings.Ratio(1, 1, 4), rounded(timings.best()));
  }

  private static Timings.Ratio rounded(Timings.Ratio r) {
    return new Timings.Ratio(
        Math.round(1e9 * r.value()) / 1e9,
        Math.round(1e9 * r.low()) / 1e9,
        Math.round(1e9 * r.high()) / 1e9);
  }

  @Test
  void speedIsWorkByTime() {
    Timings timings = run(FIVE, takes("a", 50).doing(3000), takes("b", 100).doing(2000));
    assertEquals(3, timings.median().value(), 1e-12);
    assertEquals(3, timings.best().value(), 1e-12);
  }

  @Test
  void shortCallsAreRepeatedUntilATurnIsOver() {
    Race.Settings tenths = new Race.Settings(0.2, 0.1, 0, 3, 3);
    Timings timings = run(tenths, takes("a", 20), takes("b", 30));
    String round = "aaaaabbbb";
    assertEquals(round.repeat(2 + 3), turns.toString());
    assertEquals(0.02, timings.ourSeconds(), 1e-12);
    assertEquals(1.5, timings.median().value(), 1e-12);
  }

  @Test
  void thereAreAsManyRoundsAsTheBudgetAllows() {
    assertEquals(6, rounds(1.25));
    assertEquals(3, rounds(0));
    assertEquals(8, rounds(100));
  }

  private int rounds(double budget) {
    Race.Settings settings = new Race.Settings(0.1, 0, budget, 3, 8);
    return run(settings, takes("a", 50), takes("b", 150)).ratios().length;
  }

  @Test
  void whatRunsOnceIsNotWarmedUp() {
    run(Race.Settings.ONCE, takes("a", 50), takes("b", 150));
    assertEquals("ab", turns.toString());
  }

  @Test
  void settingsWithoutARoundAndContendersWithoutWorkAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new Race.Settings(1, 1, 1, 0, 5).leastRounds());
    assertThrows(IllegalArgumentException.class, () -> new Race.Settings(1, 1, 1, 6, 5));
    for (double work : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> takes("a", 1).doing(work))
              .getMessage();
      assertTrue(message.contains(String.valueOf(work)), message);
    }
  }
}

package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.inference.TTest;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class PairedComparisonTest {
  private static double[] noise(SeededRandom random, int n, double mean) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = mean + random.gaussian();
    }
    return x;
  }

  /** For many normal differences the randomisation test agrees with Student's. */
  @Test
  void agreesWithThePairedTTest() {
    for (int seed = 0; seed < 10; seed++) {
      SeededRandom random = new SeededRandom(seed);
      double[] a = noise(random, 200, 0.12);
      double[] b = noise(random, 200, 0);
      PairedComparison c = PairedComparison.of(a, b, random);
      double t = new TTest().pairedTTest(a, b);
      assertEquals(t, c.p(), 0.02);
      double half = deviation(a, b) / Math.sqrt(200) * quantile(0.975);
      assertEquals(StatUtils.meanDifference(a, b), c.mean(), 1e-12);
      assertEquals(c.mean() - half, c.low(), 0.02);
      assertEquals(c.mean() + half, c.high(), 0.02);
    }
  }

  private static double deviation(double[] a, double[] b) {
    return Math.sqrt(StatUtils.varianceDifference(a, b, StatUtils.meanDifference(a, b)));
  }

  private static double quantile(double p) {
    return new NormalDistribution().inverseCumulativeProbability(p);
  }

  /** All 2ⁿ signs counted out. */
  @Test
  void agreesWithAllSignsOfAFewDifferences() {
    SeededRandom random = new SeededRandom(3);
    for (int n = 1; n <= 12; n++) {
      double[] a = new double[n];
      for (int i = 0; i < n; i++) {
        a[i] = random.below(7) - 2; // ties and zeros among them
      }
      double sum = Math.abs(StatUtils.sum(a));
      int asFar = 0;
      for (int signs = 0; signs < 1 << n; signs++) {
        double s = 0;
        for (int i = 0; i < n; i++) {
          s += (signs >> i & 1) == 0 ? a[i] : -a[i];
        }
        asFar += Math.abs(s) >= sum ? 1 : 0;
      }
      double exact = asFar / (double) (1 << n);
      assertEquals(exact, PairedComparison.of(a, new double[n], random).p(), 0.02);
    }
  }

  /** Under no difference a test at 5 % is significant in about 5 % of cases. */
  @Test
  void falseAlarmsAreAsRareAsPromised() {
    int alarms = 0;
    int outside = 0;
    for (int seed = 0; seed < 400; seed++) {
      SeededRandom random = new SeededRandom(1000 + seed);
      PairedComparison c =
          PairedComparison.of(noise(random, 60, 0), noise(random, 60, 0), random, 500);
      alarms += c.significant() ? 1 : 0;
      outside += c.low() > 0 || c.high() < 0 ? 1 : 0;
    }
    assertTrue(alarms >= 8 && alarms <= 36, "alarms: " + alarms);
    assertTrue(outside >= 8 && outside <= 40, "outside: " + outside);
  }

  @Test
  void aClearDifferenceIsSignificantBothWays() {
    SeededRandom random = new SeededRandom(5);
    double[] a = noise(random, 300, 1);
    double[] b = noise(random, 300, 0);
    PairedComparison better = PairedComparison.of(a, b, random);
    PairedComparison worse = PairedComparison.of(b, a, random);
    assertTrue(better.significant() && better.low() > 0);
    assertTrue(worse.significant() && worse.high() < 0);
    assertEquals(better.mean(), -worse.mean(), 1e-12);
    assertEquals(1.0 / (PairedComparison.SAMPLES + 1), better.p());
  }

  @Test
  void equalScoresAreNoDifference() {
    PairedComparison c =
        PairedComparison.of(
            new double[] {1, 0.5, 0}, new double[] {1, 0.5, 0}, new SeededRandom(1));
    assertEquals(new PairedComparison(0, 0, 0, 1), c);
    assertFalse(c.significant());
  }

  @Test
  void theSeedDecides() {
    SeededRandom random = new SeededRandom(9);
    double[] a = noise(random, 50, 0.2);
    double[] b = noise(random, 50, 0);
    assertEquals(
        PairedComparison.of(a, b, new SeededRandom(1)),
        PairedComparison.of(a, b, new SeededRandom(1)));
  }

  @Test
  void badInputIsNamed() {
    SeededRandom random = new SeededRandom(1);
    Bm25Test.assertMessage(
        "2 and 1 scores: both ways need a score for each of the same queries",
        () -> PairedComparison.of(new double[2], new double[1], random));
    Bm25Test.assertMessage(
        "0 and 0 scores: both ways need a score for each of the same queries",
        () -> PairedComparison.of(new double[0], new double[0], random));
    Bm25Test.assertMessage(
        "query 1 has scores NaN and 0.0: they must be finite",
        () -> PairedComparison.of(new double[] {1, Double.NaN}, new double[2], random));
    Bm25Test.assertMessage(
        "samples is 5: it must be in 100..10000000",
        () -> PairedComparison.of(new double[2], new double[2], random, 5));
    Bm25Test.assertMessage(
        "samples is 2147483647: it must be in 100..10000000",
        () -> PairedComparison.of(new double[2], new double[2], random, Integer.MAX_VALUE));
  }
}

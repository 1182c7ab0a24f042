package org.workedanswers.benchmarks.growth;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class PointsTest {
  private static final double[] SIZES = {3, 10, 40, 41, 500};

  @Test
  void aPowerHasItsExponent() {
    for (double p : new double[] {-1, 0, 0.5, 1, 2, 2.7}) {
      double[] costs = Arrays.stream(SIZES).map(x -> 7e-6 * Math.pow(x, p)).toArray();
      Points.Exponent e = new Points("power", SIZES, costs).exponent();
      assertEquals(p, e.value(), 1e-12);
      assertEquals(0, e.within(), 1e-6);
    }
  }

  /** The textbook's interval: t(3 degrees, 97.5 %) = 3.182446 standard errors of the slope. */
  @Test
  void noiseWidensTheInterval() {
    SeededRandom random = new SeededRandom(4);
    for (int round = 0; round < 20; round++) {
      double[] x = Arrays.stream(SIZES).map(Math::log).toArray();
      double[] y = Arrays.stream(x).map(v -> 2 * v + 0.3 * random.gaussian()).toArray();
      double meanX = Arrays.stream(x).average().orElseThrow();
      double meanY = Arrays.stream(y).average().orElseThrow();
      double xx = 0;
      double xy = 0;
      for (int i = 0; i < x.length; i++) {
        xx += (x[i] - meanX) * (x[i] - meanX);
        xy += (x[i] - meanX) * (y[i] - meanY);
      }
      double slope = xy / xx;
      double residuals = 0;
      for (int i = 0; i < x.length; i++) {
        residuals += Math.pow(y[i] - meanY - slope * (x[i] - meanX), 2);
      }
      Points.Exponent e =
          new Points("noise", SIZES, Arrays.stream(y).map(Math::exp).toArray()).exponent();
      assertEquals(slope, e.value(), 1e-9);
      assertEquals(3.182446 * Math.sqrt(residuals / 3 / xx), e.within(), 1e-5);
    }
  }

  @Test
  void whatHasNoExponentIsRefused() {
    refused("2 sizes and 2 costs", new double[] {1, 2}, 1, 2);
    refused("3 sizes and 2 costs", new double[] {1, 2, 3}, 1, 2);
    refused("size 2.0 does not rise", new double[] {1, 2, 2}, 1, 2, 3);
    refused("size is 0.0", new double[] {0, 2, 3}, 1, 2, 3);
    refused("cost is 0.0", new double[] {1, 2, 3}, 1, 0, 3);
    refused("cost is NaN", new double[] {1, 2, 3}, 1, Double.NaN, 3);
  }

  private static void refused(String message, double[] sizes, double... costs) {
    String said =
        assertThrows(IllegalArgumentException.class, () -> new Points("bad", sizes, costs))
            .getMessage();
    assertTrue(said.contains(message), said);
  }
}

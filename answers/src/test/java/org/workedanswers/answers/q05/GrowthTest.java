package org.workedanswers.answers.q05;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class GrowthTest {
  @Test
  void exponentOfAPower() {
    double[] x = {1, 3, 10, 70};
    for (double p : new double[] {-1, 0, 1, 1.5, 2}) {
      double[] y = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        y[i] = 7 * Math.pow(x[i], p);
      }
      assertEquals(p, Growth.exponent(x, y), 1e-12);
    }
    assertThrows(
        IllegalArgumentException.class, () -> Growth.exponent(new double[1], new double[1]));
  }

  @Test
  void reachOfATokenInTheMiddle() {
    PlainAttention plain = new PlainAttention(PlainKernels.PLAIN);
    boolean[][] reached = Reach.of(plain, new SeededRandom(1), Mask.window(1, 2), 9, 4, 2);
    boolean[] one = {false, false, true, true, true, true, false, false, false};
    boolean[] two = {true, true, true, true, true, true, true, false, false};
    assertArrayEquals(one, reached[0], "queries 2 before to 1 after have it in their windows");
    assertArrayEquals(two, reached[1]);
    assertArrayEquals(new int[] {5, 6}, Reach.farthest(reached));
    assertEquals(3, Reach.layersToAll(reached), "never, so one more than there are");
  }
}

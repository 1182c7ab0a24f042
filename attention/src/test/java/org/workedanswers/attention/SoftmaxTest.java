package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class SoftmaxTest {
  private static double[] scores(SeededRandom random, int n, double deviation) {
    double[] x = new double[n];
    for (int i = 0; i < n; i++) {
      x[i] = deviation * random.gaussian();
    }
    return x;
  }

  @Test
  void closedForms() {
    assertArrayEquals(new double[] {0.25, 0.75}, Softmax.of(new double[] {0, Math.log(3)}), 1e-15);
    assertArrayEquals(new double[] {0.5, 0.5}, Softmax.of(new double[] {1e300, 1e300}));
    assertArrayEquals(new double[0], Softmax.of(new double[0]));
    double masked = Double.NEGATIVE_INFINITY;
    assertArrayEquals(new double[] {0, 1}, Softmax.of(new double[] {masked, 3}));
    assertArrayEquals(new double[] {0, 0}, Softmax.of(new double[] {masked, masked}));
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      assertTrue(Double.isNaN(Softmax.of(new double[] {bad, 1})[0]));
    }
  }

  @Test
  void jacobianEqualsFiniteDifferences() {
    SeededRandom random = new SeededRandom(1);
    for (int round = 0; round < 40; round++) {
      double[] x = scores(random, 1 + random.below(12), 1 + random.below(4));
      double[] p = Softmax.of(x);
      double[][] jacobian = Softmax.jacobian(p);
      double h = 1e-5;
      for (int b = 0; b < x.length; b++) {
        double[] up = x.clone();
        double[] down = x.clone();
        up[b] += h;
        down[b] -= h;
        double[] above = Softmax.of(up);
        double[] below = Softmax.of(down);
        for (int a = 0; a < x.length; a++) {
          double slope = (above[a] - below[a]) / (2 * h);
          assertEquals(slope, jacobian[a][b], 1e-9, "element " + a + ", " + b);
        }
      }
    }
  }

  @Test
  void normIsThatOfTheJacobian() {
    SeededRandom random = new SeededRandom(2);
    for (int round = 0; round < 200; round++) {
      double[] p = Softmax.of(scores(random, random.below(70), random.uniform(0, 5)));
      double squares = 0;
      for (double[] row : Softmax.jacobian(p)) {
        for (double value : row) {
          squares += value * value;
        }
      }
      assertEquals(Math.sqrt(squares), Softmax.jacobianNorm(p), 1e-12);
    }
  }

  /** Equal weights 1/n: ‖J‖² = n (1/n²)(1-1/n)² + n(n-1)/n⁴ = (n-1)/n². */
  @Test
  void normOfEqualWeights() {
    for (int n : new int[] {1, 2, 3, 64, 1000}) {
      double norm = Softmax.jacobianNorm(Softmax.of(new double[n]));
      assertEquals(Math.sqrt(n - 1) / n, norm, 1e-14);
    }
  }

  /**
   * Two scores, g apart: the smaller weight is e^-g, and ‖J‖ = 2 p (1 - p), lost to subtraction.
   */
  @Test
  void normIsRightWhereSaturated() {
    for (double gap : new double[] {1, 10, 40, 100, 300}) {
      double small = 1 / (1 + Math.exp(gap));
      double norm = Softmax.jacobianNorm(Softmax.of(new double[] {0, gap}));
      assertEquals(1, norm / (2 * small * (1 / (1 + Math.exp(-gap)))), 1e-12, "gap " + gap);
    }
  }
}

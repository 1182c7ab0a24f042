package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class AdamTest {
  /** Algorithm 1 in double precision, for one parameter. */
  private static double[] reference(double theta, double[] g, double eta, double b1, double b2) {
    double m = 0;
    double v = 0;
    double[] path = new double[g.length];
    double x = theta;
    for (int t = 1; t <= g.length; t++) {
      m = b1 * m + (1 - b1) * g[t - 1];
      v = b2 * v + (1 - b2) * g[t - 1] * g[t - 1];
      double mHat = m / (1 - Math.pow(b1, t));
      double vHat = v / (1 - Math.pow(b2, t));
      x -= eta * mHat / (Math.sqrt(vHat) + 1e-6);
      path[t - 1] = x;
    }
    return path;
  }

  @Test
  void everyStepIsThatOfTheAlgorithmInDoublePrecision() {
    SeededRandom random = new SeededRandom(1);
    int steps = 60;
    double[][] g = new double[6][steps];
    for (double[] row : g) {
      for (int t = 0; t < steps; t++) {
        row[t] = random.gaussian() * 3;
      }
    }
    // Parameter and gradient are views with strides of their own.
    Matrix theta = Matrix.view(new float[40], 3, 2, 3, 7);
    Matrix gradient = Matrix.view(new float[40], 1, 2, 3, 5);
    Adam adam = new Adam(2, 3, 0.05, 0.8, 0.97, 1e-6);
    for (int t = 0; t < steps; t++) {
      for (int p = 0; p < 6; p++) {
        gradient.set(p / 3, p % 3, (float) g[p][t]);
      }
      adam.step(theta, gradient);
      for (int p = 0; p < 6; p++) {
        double want = reference(0, g[p], 0.05, 0.8, 0.97)[t];
        assertEquals(want, theta.get(p / 3, p % 3), 2e-5, "step " + t);
      }
    }
  }

  @Test
  void theFirstStepIsTheLearningRateWhateverTheGradientsSize() {
    for (float g : new float[] {1e-3f, 1, 1e5f}) {
      Matrix theta = Matrix.zeros(1, 1);
      new Adam(1, 1, 0.01).step(theta, Matrix.of(new float[][] {{g}}));
      assertEquals(-0.01, theta.get(0, 0), 1e-6);
    }
  }

  @Test
  void aStepsOwnRateScalesThatStepAlone() {
    SeededRandom random = new SeededRandom(2);
    Matrix theta = Matrix.zeros(2, 3);
    Matrix other = Matrix.zeros(2, 3);
    Adam adam = new Adam(2, 3, 0.5);
    Adam scheduled = new Adam(2, 3, 0.125);
    for (int t = 0; t < 5; t++) {
      Matrix g = random.gaussian(2, 3, 1);
      adam.step(theta, g);
      scheduled.step(other, g, 0.5);
      assertArrayEquals(theta.data(), other.data());
    }
    Matrix g = random.gaussian(2, 3, 1);
    adam.step(theta, g, 0.125);
    scheduled.step(other, g);
    assertArrayEquals(theta.data(), other.data());
  }

  @Test
  void settingsAndShapesAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, 1, 1, 0.9, 1e-8));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, 1, 0.9, -0.1, 1e-8));
    assertThrows(IllegalArgumentException.class, () -> new Adam(1, 1, 1, 0.9, 0.9, 0));
    Adam adam = new Adam(2, 3, 0.1);
    Matrix right = Matrix.zeros(2, 3);
    assertThrows(IllegalArgumentException.class, () -> adam.step(right, right, -1));
    assertThrows(IllegalArgumentException.class, () -> adam.step(Matrix.zeros(3, 2), right));
    assertThrows(IllegalArgumentException.class, () -> adam.step(right, Matrix.zeros(2, 2)));
  }
}

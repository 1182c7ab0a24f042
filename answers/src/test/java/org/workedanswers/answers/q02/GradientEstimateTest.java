package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.NormPlace;

class GradientEstimateTest {
  /**
   * L = Σ cᵢ wᵢ + ½ Σ wᵢ² has the gradient c + w; few directions, many times: χ² by its moments.
   */
  @Test
  void isTheSquareOfAGradientThatIsKnown() {
    SeededRandom random = new SeededRandom(4);
    Matrix[] c = {random.gaussian(3, 5, 1), random.gaussian(2, 7, 2)};
    Matrix[] w = {random.gaussian(3, 5, 1), random.gaussian(2, 7, 1)};
    double exact = 0;
    for (int m = 0; m < w.length; m++) {
      for (int i = 0; i < w[m].data().length; i++) {
        exact += Math.pow(c[m].data()[i] + w[m].data()[i], 2);
      }
    }
    GradientEstimate.Loss loss =
        at -> {
          double sum = 0;
          for (int m = 0; m < at.length; m++) {
            for (int i = 0; i < at[m].data().length; i++) {
              double x = at[m].data()[i];
              sum += c[m].data()[i] * x + x * x / 2;
            }
          }
          return sum;
        };
    int trials = 2000;
    double[] factors = GradientEstimate.factors(8);
    double mean = 0;
    int inside = 0;
    for (int t = 0; t < trials; t++) {
      double estimate = GradientEstimate.meanSquare(loss, w, 8, random) / exact;
      mean += estimate / trials;
      double root = Math.sqrt(estimate);
      inside += root >= factors[0] && root <= factors[1] ? 1 : 0;
    }
    // deviations of the mean and of the share: √(2 / 8 / 2000) = 0.011 and 0.005
    assertEquals(1, mean, 0.05);
    assertEquals(0.95, (double) inside / trials, 0.02);
  }

  /** Against differences along every eighth weight of a layer. */
  @Test
  void isThatOfATransformersLayer() {
    for (NormPlace place : NormPlace.values()) {
      NormDepth.Model model =
          new NormDepth.Model(KernelsChoice.best(), place, 1, new SeededRandom(9));
      Matrix[] w = model.weights(0);
      double sum = 0;
      for (Matrix m : w) {
        for (int i = 0; i < m.data().length; i += 8) {
          float kept = m.data()[i];
          m.data()[i] = kept + 0.01f;
          double up = model.loss(0, w);
          m.data()[i] = kept - 0.01f;
          double down = model.loss(0, w);
          m.data()[i] = kept;
          sum += 8 * Math.pow((up - down) / 0.02, 2);
        }
      }
      int directions = 200;
      double estimate = model.squaredGradient(0, directions, new SeededRandom(2));
      // four deviations of χ²: 4 √(2 / 200)
      assertEquals(1, estimate / sum, 0.4, place + ": " + estimate + " and " + sum);
      assertTrue(sum > 0.1);
    }
  }

  /** What lies below a layer is taken as it was: the loss is that of the whole model. */
  @Test
  void theLossIsTheSameFromWhicheverLayerItIsTaken() {
    for (NormPlace place : NormPlace.values()) {
      NormDepth.Model model =
          new NormDepth.Model(KernelsChoice.best(), place, 5, new SeededRandom(1));
      double whole = model.loss(0, model.weights(0));
      for (int l = 1; l < 5; l++) {
        assertEquals(whole, model.loss(l, model.weights(l)), 1e-5);
      }
    }
  }
}

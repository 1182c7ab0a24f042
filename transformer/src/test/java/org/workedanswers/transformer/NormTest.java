package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.transformer.LinearTest.refused;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class NormTest {
  @Test
  void agreesWithTheFormulaAndMayBeInPlace() {
    SeededRandom random = new SeededRandom(1);
    for (int d : new int[] {1, 2, 3, 7, 16, 17, 65, 207, 1025}) {
      float[] gain = random.gaussian(1, d, 1).data();
      float[] bias = random.gaussian(1, d, 1).data();
      for (double epsilon : new double[] {1e-12, 1e-5, 0.5}) {
        for (Norm norm :
            new Norm[] {new LayerNorm(gain, bias, epsilon), new RmsNorm(gain, epsilon)}) {
          boolean centred = norm instanceof LayerNorm;
          assertEquals(centred ? 2 * d : d, norm.parameters());
          Matrix x = random.gaussian(4, d + 2, 3).columns(1, d + 1);
          for (int j = 0; j < d; j++) {
            x.set(2, j, x.get(2, j) + 100); // a mean far from 0
          }
          for (Compute compute : Computes.all()) {
            Matrix y = Matrix.zeros(4, d);
            norm.apply(compute.kernels(), x, y);
            for (int i = 0; i < 4; i++) {
              double mean = 0;
              for (int j = 0; j < d; j++) {
                mean += centred ? x.get(i, j) / (double) d : 0;
              }
              double square = 0;
              for (int j = 0; j < d; j++) {
                square += Math.pow(x.get(i, j) - mean, 2) / d;
              }
              for (int j = 0; j < d && d > 1; j++) {
                double expected = (x.get(i, j) - mean) / Math.sqrt(square + epsilon) * gain[j];
                expected += centred ? bias[j] : 0;
                assertEquals(
                    expected, y.get(i, j), 4e-5 * (1 + Math.abs(expected)), norm + " " + d);
              }
            }
            Matrix same = x.copy();
            norm.apply(compute.kernels(), same, same);
            assertArrayEquals(y.toArray(), same.toArray());
          }
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Norm norm = new RmsNorm(new float[3], 1e-5);
    Compute c = Computes.all().get(0);
    refused("x is 2 x 4", () -> norm.apply(c.kernels(), Matrix.zeros(2, 4), Matrix.zeros(2, 4)));
    refused("y is 2 x 2", () -> norm.apply(c.kernels(), Matrix.zeros(2, 3), Matrix.zeros(2, 2)));
    refused("3 gains and 2 biases", () -> new LayerNorm(new float[3], new float[2], 1));
    refused("epsilon is 0", () -> new RmsNorm(new float[3], 0));
    refused("width d is 0", () -> new RmsNorm(new float[0], 1));
  }
}

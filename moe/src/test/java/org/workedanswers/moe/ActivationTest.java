package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

class ActivationTest {
  @Test
  void agreesWithTheFormulaInDoublePrecision() {
    Matrix x = Matrix.zeros(1, 24 * 512 + 1); // more than one chunk, and a rest
    for (int j = 0; j < x.cols(); j++) {
      x.set(0, j, -12 + j / 512f);
    }
    for (Kernels kernels : Reference.KERNELS) {
      for (Activation activation : Activation.values()) {
        Matrix y = x.copy();
        activation.apply(kernels, y);
        for (int j = 0; j < x.cols(); j++) {
          double exact = Reference.phi(activation, x.get(0, j));
          double error = Math.abs(y.get(0, j) - exact);
          assertTrue(
              error <= (activation == Activation.GELU ? 1e-7 : 5e-7) * (1 + Math.abs(exact)),
              activation + " " + x.get(0, j) + ": " + error);
        }
      }
    }
  }

  @Test
  void siluIsWithinFourUlp() {
    for (Kernels kernels : Reference.KERNELS) {
      for (float x = -86; x <= 120; x += 1f / 64) {
        float expected = (float) Reference.phi(Activation.SILU, x);
        assertEquals(expected, of(Activation.SILU, kernels, x), 4 * Math.ulp(expected), "x = " + x);
      }
    }
  }

  @Test
  void knownValues() {
    for (Kernels kernels : Reference.KERNELS) {
      assertEquals(0.841344746, of(Activation.GELU, kernels, 1), 2e-7); // Φ(1)
      assertEquals(-0.158655254, of(Activation.GELU, kernels, -1), 2e-7);
      assertEquals(0.841191990608, of(Activation.GELU_TANH, kernels, 1), 2e-7);
      assertEquals(0.731058579, of(Activation.SILU, kernels, 1), 1.2e-7); // 1 / (1 + 1/e)
      assertEquals(2.5f, of(Activation.RELU, kernels, 2.5f));
    }
  }

  @Test
  void whatIsNotANumber() {
    for (Kernels kernels : Reference.KERNELS) {
      for (Activation a : Activation.values()) {
        assertEquals(0, of(a, kernels, 0));
        assertEquals(Float.POSITIVE_INFINITY, of(a, kernels, Float.POSITIVE_INFINITY));
        assertEquals(0, of(a, kernels, Float.NEGATIVE_INFINITY));
        assertEquals(Float.NaN, of(a, kernels, Float.NaN));
        assertEquals(Float.MAX_VALUE, of(a, kernels, Float.MAX_VALUE));
        assertEquals(0, of(a, kernels, -Float.MAX_VALUE));
        assertEquals(Float.MIN_VALUE / 2, of(a, kernels, Float.MIN_VALUE), Float.MIN_VALUE);
      }
    }
  }

  @Test
  void aViewsNeighboursStayAsTheyAre() {
    Matrix all = Matrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
    Activation.RELU.apply(Reference.KERNELS.get(0), all.columns(1, 2));
    Matrix negative = Matrix.of(new float[][] {{-1, -2, -3}, {-4, -5, -6}});
    Activation.RELU.apply(Reference.KERNELS.get(0), negative.columns(1, 2));
    assertArrayEquals(new float[][] {{1, 2, 3}, {4, 5, 6}}, all.toArray());
    assertArrayEquals(new float[][] {{-1, 0, -3}, {-4, 0, -6}}, negative.toArray());
  }

  private static float of(Activation activation, Kernels kernels, float x) {
    Matrix one = Matrix.of(new float[][] {{x}});
    activation.apply(kernels, one);
    return one.get(0, 0);
  }
}

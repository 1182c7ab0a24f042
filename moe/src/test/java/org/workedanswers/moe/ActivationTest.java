package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

class ActivationTest {
  @Test
  void geluAgreesWithTheExactErrorFunction() {
    double largest = 0;
    for (double x = -12; x <= 12; x += 1.0 / 512) {
      double error = Math.abs(Activation.GELU.of((float) x) - Reference.phi(Activation.GELU, x));
      assertTrue(error <= 1.5e-7 * Math.abs(x), "x = " + x + ": " + error);
      largest = Math.max(largest, Math.abs(Activation.erf(x) - Erf.erf(x)));
    }
    assertTrue(largest <= 1.5e-7 && largest > 1e-8, "the handbook's bound: " + largest);
  }

  @Test
  void siluIsWithinOneUlp() {
    for (float x = -120; x <= 120; x += 1f / 64) {
      float expected = (float) Reference.phi(Activation.SILU, x);
      assertEquals(expected, Activation.SILU.of(x), Math.ulp(expected), "x = " + x);
    }
  }

  @Test
  void knownValues() {
    assertEquals(0.841344746, Activation.GELU.of(1), 1.5e-7); // Φ(1)
    assertEquals(-0.158655254, Activation.GELU.of(-1), 1.5e-7);
    assertEquals(0.731058579, Activation.SILU.of(1), 6e-8); // 1 / (1 + 1/e)
  }

  @Test
  void whatIsNotANumber() {
    for (Activation a : Activation.values()) {
      assertEquals(0, a.of(0));
      assertEquals(Float.POSITIVE_INFINITY, a.of(Float.POSITIVE_INFINITY));
      assertEquals(0, a.of(Float.NEGATIVE_INFINITY));
      assertEquals(Float.NaN, a.of(Float.NaN));
      assertEquals(Float.MAX_VALUE, a.of(Float.MAX_VALUE));
      assertEquals(0, a.of(-Float.MAX_VALUE));
      assertEquals(Float.MIN_VALUE / 2, a.of(Float.MIN_VALUE), Float.MIN_VALUE);
    }
  }
}

package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

/** The part of {@link KernelsConformance} on x Φ(x), held against double precision's erfc. */
abstract class GeluConformance extends BlocksConformance {
  private static final float[] SPECIAL = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    6,
    -6,
    Math.nextUp(6f),
    0,
    -0f
  };
  private static final float[] OF_SPECIAL = {
    Float.NaN, Float.POSITIVE_INFINITY, 0, Float.MAX_VALUE, 0, 6, 0, Math.nextUp(6f), 0, 0
  };

  @Test
  void geluIsThatOfDoublePrecision() {
    int n = 200_003;
    SeededRandom random = new SeededRandom(11);
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] =
          (float)
              switch (i % 3) {
                case 0 -> random.uniform(-8, 8);
                case 1 -> random.gaussian();
                default -> random.gaussian() * Math.pow(2, -random.below(100));
              };
    }
    float[] y = x.clone();
    kernels().gelu(n, y, 0);
    for (int i = 0; i < n; i++) {
      double a = Math.abs((double) x[i]);
      double exact = 0.5 * x[i] * Erf.erfc(-x[i] / Math.sqrt(2));
      double bound = Math.min(1e-7, 1e-6 * a) + 1e-7 * Math.max(0, x[i]) + 0x1p-149;
      assertTrue(Math.abs(y[i] - exact) <= bound, x[i] + ": " + y[i] + ", exactly " + exact);
    }
  }

  @Test
  void geluOfSpecialValuesAtEveryPlace() {
    for (int place = 0; place < 40; place++) {
      for (int s = 0; s < SPECIAL.length; s++) {
        float[] y = new float[41];
        y[place] = SPECIAL[s];
        y[40] = 1;
        kernels().gelu(41, y, 0);
        assertEquals(OF_SPECIAL[s], y[place], "of " + SPECIAL[s] + " at " + place);
        assertEquals(0.8413447f, y[40], 2e-7f);
      }
    }
  }

  @Test
  void geluTouchesItsRunAlone() {
    for (int round = 0; round < 100; round++) {
      SeededRandom random = new SeededRandom(round);
      int n = random.below(70);
      int from = random.below(9);
      float[] x = random.gaussian(1, from + n + 4, 1).data();
      float[] y = x.clone();
      kernels().gelu(n, y, from);
      for (int i = 0; i < y.length; i++) {
        float[] alone = {x[i]};
        kernels().gelu(1, alone, 0);
        assertEquals(i < from || i >= from + n ? x[i] : alone[0], y[i], 2e-7f);
      }
    }
    float[] few = new float[8];
    for (int[] bad : new int[][] {{9, 0}, {1, 8}, {1, -1}, {-1, 0}, {8, Integer.MAX_VALUE}}) {
      assertThrows(IllegalArgumentException.class, () -> kernels().gelu(bad[0], few, bad[1]));
    }
  }
}

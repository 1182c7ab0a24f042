package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class DynamicFloat8Test {
  @Test
  void levelsAscendAndHalfOfThemStandInTheTopDecade() {
    float[] levels = DynamicFloat8.levels();
    int top = 0;
    for (int i = 0; i < 255; i++) {
      assertTrue(levels[i] < levels[i + 1]);
      top += Math.abs(levels[i]) > 0.1 ? 1 : 0;
    }
    assertEquals(128, top);
    assertEquals(256, levels.length);
    assertEquals(0, levels[127]);
    assertEquals(1, levels[255]);
    // The first decade has one value, ±10⁻⁶ · 0.55; the last has 64, 0.9/64 apart.
    assertEquals(5.5e-7f, levels[128], 1e-13);
    assertEquals(-5.5e-7f, levels[126], 1e-13);
    assertEquals(1 - 0.9 / 128, levels[254], 1e-7);
    assertEquals(-(1 - 0.9 / 128), levels[0], 1e-7);
  }

  @Test
  void codeIsTheNearest() {
    float[] levels = DynamicFloat8.levels();
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 5_000; trial++) {
      float x = (float) (random.uniform(-1.1, 1.1) * Math.pow(10, -random.below(8)));
      double error = Math.abs(x - DynamicFloat8.level(DynamicFloat8.code(x)));
      for (float level : levels) {
        assertTrue(error <= Math.abs(x - level) + 1e-8, "x " + x);
      }
    }
    for (int code = 0; code < 256; code++) {
      assertEquals(code, DynamicFloat8.code(levels[code]));
    }
  }
}

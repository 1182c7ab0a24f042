package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class PackedTest {
  @Test
  void panelsStandOneAfterTheOther() {
    Matrix m = Matrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
    Packed p = new Packed(2, 3, 2);
    p.set(m, Op.N);
    float[] panels = {1, 2, 4, 5, 3, 0, 6, 0};
    assertArrayEquals(panels, p.data());
    assertEquals("2 x 3", p.toString());
    p.set(m.transposed(), Op.T);
    assertArrayEquals(panels, p.data());
  }

  @Test
  void everyElementStandsWhereItsIndexSays() {
    for (int round = 0; round < 60; round++) {
      SeededRandom random = new SeededRandom(round);
      int rows = random.below(20);
      int cols = random.below(40);
      int width = 1 + random.below(9);
      Packed p = new Packed(rows, cols, width);
      p.set(random.gaussian(rows, cols, 1), Op.N); // what was there before leaves nothing
      Matrix m = random.gaussian(random.below(rows + 1), random.below(cols + 1), 1);
      Op op = random.coin() ? Op.N : Op.T;
      p.set(op == Op.N ? m : m.transposed(), op);
      double sum = 0;
      for (int i = 0; i < m.rows(); i++) {
        for (int j = 0; j < m.cols(); j++) {
          int at = p.index(i, j / width * width) + j % width;
          assertEquals(m.get(i, j), p.data()[at], op + " " + m + " in " + p);
          sum += Math.abs(m.get(i, j));
        }
      }
      double all = 0;
      for (float x : p.data()) {
        all += Math.abs(x);
      }
      assertEquals(sum, all, 1e-9 + sum * 1e-12, "all else is zero");
    }
  }

  @Test
  void refusals() {
    Packed p = new Packed(2, 3, 4);
    String message =
        assertThrows(IllegalArgumentException.class, () -> p.set(Matrix.zeros(2, 4), Op.N))
            .getMessage();
    assertEquals("the source is 2 x 4: it must be at most 2 x 3", message);
    assertThrows(IllegalArgumentException.class, () -> p.set(Matrix.zeros(3, 1), Op.N));
    assertThrows(IllegalArgumentException.class, () -> p.set(Matrix.zeros(3, 3), Op.T));
    assertThrows(IllegalArgumentException.class, () -> new Packed(2, -1, 4));
    assertThrows(IllegalArgumentException.class, () -> new Packed(-1, 2, 4));
    assertThrows(IllegalArgumentException.class, () -> new Packed(1, 1, 0));
    message =
        assertThrows(IllegalArgumentException.class, () -> new Packed(1 << 20, 2033, 16))
            .getMessage();
    assertTrue(message.contains("1048576 x 2048"), message);
  }
}

package org.workedanswers.benchmarks;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;

class SameTest {
  @Test
  void aWrongElementAWrongShapeAndNanAreSeen() {
    Matrix want = Matrix.of(new float[][] {{1, 2}, {3, 100}});
    assertDoesNotThrow(
        () -> Same.check("x", want, Matrix.of(new float[][] {{1, 2}, {3, 100.05f}}), 1e-3));
    String message =
        assertThrows(
                IllegalStateException.class,
                () -> Same.check("x", want, Matrix.of(new float[][] {{1, 2}, {3.1f, 100}}), 1e-3))
            .getMessage();
    assertTrue(message.contains("(1, 0)") && message.contains("3.1"), message);
    assertThrows(
        IllegalStateException.class,
        () -> Same.check("x", want, Matrix.of(new float[][] {{Float.NaN, 2}, {3, 100}}), 1e-3));
    assertThrows(
        IllegalStateException.class, () -> Same.check("x", want, Matrix.zeros(2, 1), 1e-3));
  }
}

package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class QuantizationErrorTest {
  @Test
  void byHand() {
    Matrix exact = Matrix.of(new float[][] {{3, 0}, {0, 4}});
    Matrix other = Matrix.of(new float[][] {{3, 1}, {-1, 2}});
    QuantizationError e = QuantizationError.between(exact, other);
    assertEquals(Math.sqrt(6.0 / 4), e.rmse(), 1e-12);
    assertEquals(1, e.meanAbsolute(), 1e-12);
    assertEquals(2, e.max(), 1e-12);
    assertEquals(Math.sqrt(6.0 / 25), e.relative(), 1e-12);
    assertEquals(10 * Math.log10(25.0 / 6), e.signalToNoise(), 1e-12);
  }

  @Test
  void nothingChangedAndNothingThere() {
    Matrix m = new SeededRandom(1).gaussian(3, 5, 1);
    QuantizationError e = QuantizationError.between(m, m.copy());
    assertEquals(new QuantizationError(0, 0, 0, 0), e);
    assertEquals(Double.POSITIVE_INFINITY, e.signalToNoise());
    Matrix zero = Matrix.zeros(3, 5);
    assertEquals(Double.POSITIVE_INFINITY, QuantizationError.between(zero, m).relative());
    assertEquals(0, QuantizationError.between(zero, zero).relative());
    assertEquals(0, QuantizationError.between(Matrix.zeros(0, 5), Matrix.zeros(0, 5)).rmse());
  }

  @Test
  void outputErrorIsThatOfTheProducts() {
    SeededRandom random = new SeededRandom(2);
    Matrix w = random.gaussian(9, 64, 1);
    Matrix x = random.gaussian(4, 64, 1);
    QuantizedMatrix q = GgufType.Q4_0.quantize(w);
    PlainKernels k = PlainKernels.PLAIN;
    QuantizationError direct =
        QuantizationError.between(
            k.multiplyTransposed(x, w), k.multiplyTransposed(x, q.dequantize()));
    QuantizationError e = QuantizationError.ofOutput(k, Loop.sequential(), w, q, x);
    assertEquals(direct.relative(), e.relative(), 1e-6);
    assertEquals(direct.max(), e.max(), 1e-5);
    assertEquals(QuantizationError.between(w, q.dequantize()), QuantizationError.ofWeights(w, q));
    assertThrows(
        IllegalArgumentException.class, () -> QuantizationError.ofWeights(w.rows(0, 3), q));
  }
}

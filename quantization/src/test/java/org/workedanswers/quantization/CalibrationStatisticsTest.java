package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.quantization.Calibrating.ONE;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class CalibrationStatisticsTest {
  private static final PlainKernels PLAIN = PlainKernels.PLAIN;

  @Test
  void momentsAreThoseOfDoublePrecision() {
    SeededRandom random = new SeededRandom(1);
    for (int in : new int[] {1, 2, 3, 7, 17, 63, 64, 65, 129}) {
      for (int n : new int[] {1, 2, 31, 255, 256, 257, 600}) {
        Matrix x = random.gaussian(n, in, 3);
        CalibrationStatistics s = Calibrating.of(x);
        assertEquals(n, s.tokens());
        assertEquals(in, s.inputs());
        int i = random.below(in);
        int j = random.below(in);
        double h = 0;
        double extent = 0;
        double magnitude = 0;
        for (int t = 0; t < n; t++) {
          h += 2.0 * x.get(t, i) * x.get(t, j);
          extent += 2 * Math.abs((double) x.get(t, i) * x.get(t, j));
          magnitude += Math.abs(x.get(t, j));
        }
        assertEquals(h, s.hessian(i, j), 1e-5 * extent, in + " inputs, " + n + " tokens");
        assertEquals(s.hessian(i, j), s.hessian(j, i));
        assertEquals(magnitude / n, s.meanMagnitude(j), 1e-12 * magnitude);
      }
    }
  }

  @Test
  void batchesAddUpAndThreadsChangeNothing() {
    Matrix x = new SeededRandom(2).gaussian(300, 150, 1);
    CalibrationStatistics whole = Calibrating.of(x);
    CalibrationStatistics parts = new CalibrationStatistics(150);
    CalibrationStatistics shared = new CalibrationStatistics(150);
    parts.add(PLAIN, ONE, x.rows(0, 0));
    assertEquals(0, parts.meanMagnitude(3));
    parts.add(PLAIN, ONE, x.rows(0, 1));
    parts.add(PLAIN, ONE, x.rows(1, 300));
    try (Threads two = Threads.of(2)) {
      shared.add(PLAIN, two, x);
      Matrix w = new SeededRandom(3).gaussian(13, 150, 1);
      QuantizedMatrix q = GptqTest.int4(150).quantize(w);
      assertEquals(whole.error(ONE, w, q), whole.error(two, w, q));
      assertEquals(whole.signal(ONE, w), whole.signal(two, w));
    }
    for (int i = 0; i < 150; i++) {
      assertEquals(whole.meanMagnitude(i), parts.meanMagnitude(i), 1e-12);
      for (int j = 0; j < 150; j++) {
        assertEquals(whole.hessian(i, j), parts.hessian(i, j), 1e-3);
        assertEquals(whole.hessian(i, j), shared.hessian(i, j));
      }
    }
  }

  /** tr((W - Ŵ) H (W - Ŵ)ᵀ) against the products themselves, in double. */
  @Test
  void traceIsTwiceTheSquaredOutputError() {
    SeededRandom random = new SeededRandom(4);
    for (int out : new int[] {1, 2, 3, 4, 5, 9}) {
      for (int in : new int[] {1, 2, 7, 33, 70}) {
        Matrix x = Calibrating.activations(out, 0, 40, in);
        Matrix w = random.gaussian(out, in, 1);
        CalibrationStatistics s = Calibrating.of(x);
        QuantizedMatrix q = GptqTest.int4(in).quantize(w);
        double direct = Calibrating.squaredOutputError(x, w, q.dequantize());
        double signal = Calibrating.squaredOutputError(x, w, Matrix.zeros(out, in));
        assertEquals(2 * signal, s.signal(ONE, w), 1e-5 * signal);
        assertEquals(2 * direct, s.error(ONE, w, q), 1e-4 * direct + 1e-9 * signal);
        assertEquals(Math.sqrt(direct / signal), s.relativeError(ONE, w, q), 1e-4);
      }
    }
  }

  @Test
  void dividedIsThatOfDividedActivations() {
    Matrix x = Calibrating.activations(5, 0, 20, 6);
    float[] s = {1, 2, 0.25f, 3, 10, 0.7f};
    Matrix y = x.copy();
    for (int t = 0; t < 20; t++) {
      for (int j = 0; j < 6; j++) {
        y.set(t, j, x.get(t, j) / s[j]);
      }
    }
    CalibrationStatistics divided = Calibrating.of(x).divided(s);
    CalibrationStatistics direct = Calibrating.of(y);
    assertEquals(20, divided.tokens());
    for (int i = 0; i < 6; i++) {
      assertEquals(direct.meanMagnitude(i), divided.meanMagnitude(i), 1e-6);
      for (int j = 0; j < 6; j++) {
        double unit = Math.sqrt(direct.hessian(i, i) * direct.hessian(j, j));
        assertEquals(direct.hessian(i, j), divided.hessian(i, j), 1e-5 * unit);
      }
    }
  }

  @Test
  void deadInputs() {
    Matrix x = Matrix.of(new float[][] {{0, 1, 1e-30f}, {-0f, 0, 0}});
    CalibrationStatistics s = Calibrating.of(x);
    assertTrue(s.dead(0) && s.dead(2));
    assertFalse(s.dead(1));
    assertEquals(0.5, s.meanMagnitude(1));
  }

  @Test
  void whatDoesNotFitIsRefusedAndNothingAdded() {
    CalibrationStatistics s = new CalibrationStatistics(4);
    for (float bad : new float[] {Float.NaN, Float.NEGATIVE_INFINITY, 1.01e18f}) {
      Matrix x = new SeededRandom(6).gaussian(3, 4, 1);
      x.set(2, 1, bad);
      assertMessage("X(2, 1) is " + bad, () -> s.add(PLAIN, ONE, x));
    }
    assertMessage("for each of 4 inputs", () -> s.add(PLAIN, ONE, Matrix.zeros(2, 5)));
    assertEquals(0, s.tokens());
    assertEquals(0, s.hessian(0, 0));
    Matrix w = Matrix.zeros(2, 4);
    assertMessage("no calibration activations", () -> s.signal(ONE, w));
    Matrix large = Matrix.zeros(500, 4);
    large.fill(CalibrationStatistics.MAX);
    s.add(PLAIN, ONE, large);
    assertEquals(1e39, s.hessian(1, 3), 1e34);
    QuantizedMatrix q = GptqTest.int4(4).quantize(w);
    assertMessage("W is 2 x 3", () -> s.signal(ONE, Matrix.zeros(2, 3)));
    assertMessage("it must be 2 x 4", () -> s.error(ONE, Matrix.zeros(3, 4), q));
    assertMessage("i is 4", () -> s.hessian(4, 0));
    assertMessage("j is -1", () -> s.hessian(0, -1));
    assertMessage("j is 4", () -> s.meanMagnitude(4));
    assertMessage("3 scales for 4 inputs", () -> s.divided(new float[] {1, 1, 1}));
    assertMessage("s(1) is 0.0", () -> s.divided(new float[] {1, 0, 1, 1}));
    assertMessage("inputs is 0", () -> new CalibrationStatistics(0));
    assertMessage("H is 46341 x 46341", () -> new CalibrationStatistics(46341));
  }

  static void assertMessage(String part, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }
}

package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.quantization.Calibrating.ONE;
import static org.workedanswers.quantization.CalibrationStatisticsTest.assertMessage;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.quantization.IntFormat.ScaleType;

class AwqTest {
  private static final Awq PAPER = Awq.paper();

  /** Activations of which some inputs are much larger than the others. */
  private static Matrix withOutliers(long seed, long tokens, int n, int in) {
    Matrix x = Calibrating.activations(seed, tokens, n, in);
    SeededRandom random = new SeededRandom(seed + 1000);
    for (int j = 0; j < in; j++) {
      float factor = random.below(16) == 0 ? 50 : (float) random.uniform(0.5, 2);
      for (int t = 0; t < n; t++) {
        x.set(t, j, factor * x.get(t, j));
      }
    }
    return x;
  }

  @Test
  void withOneStepItIsRoundToNearest() {
    Matrix w = new SeededRandom(1).gaussian(5, 64, 0.1);
    CalibrationStatistics x = Calibrating.of(withOutliers(1, 0, 90, 64));
    for (Format format : Calibrating.formats()) {
      AwqResult r = new Awq(1, false).quantize(ONE, w, x, format);
      QuantizedMatrix nearest = format.quantize(w);
      assertEquals(0, r.alpha());
      assertArrayEquals(nearest.dequantize().data(), r.weights().dequantize().data());
      assertArrayEquals(nearest.dequantize().data(), r.weights().inner().dequantize().data());
      for (float s : r.weights().scales()) {
        assertEquals(1, s);
      }
      assertEquals(x.error(ONE, w, nearest), r.error());
    }
  }

  @Test
  void scalesAreThePowerOverTheMiddleOfItsExtremes() {
    Matrix x = Matrix.of(new float[][] {{1, -4, 0, 100}, {3, 0, 0, 100}});
    CalibrationStatistics s = Calibrating.of(x); // means 2, 2, 0, 100; the floor is 0.01
    for (double alpha : new double[] {0, 0.05, 0.5, 1}) {
      double middle = Math.sqrt(Math.pow(100, alpha) * Math.pow(0.01, alpha));
      float[] scales = Awq.scales(s, alpha);
      double[] means = {2, 2, 0.01, 100};
      for (int j = 0; j < 4; j++) {
        assertEquals(Math.pow(means[j], alpha) / middle, scales[j], 1e-6 * scales[j] + 1e-9);
      }
      // the unit of the activations does not matter
      Matrix other = x.copy();
      for (int i = 0; i < other.data().length; i++) {
        other.data()[i] *= 1024;
      }
      assertArrayEquals(scales, Awq.scales(Calibrating.of(other), alpha));
    }
    assertArrayEquals(new float[] {1, 1}, Awq.scales(Calibrating.of(Matrix.zeros(3, 2)), 0.5));
  }

  /** The paper's grid: 0, 1/20, ... 19/20; where none is better than another, no scales. */
  @Test
  void theGridBeginsWithNoScalesAndKeepsThemAmongEquals() {
    CalibrationStatistics x = Calibrating.of(withOutliers(3, 0, 90, 64));
    Format format = Calibrating.formats().get(0);
    AwqResult r = PAPER.quantize(ONE, Matrix.zeros(5, 64), x, format);
    assertEquals(20, r.alphas().length);
    for (int k = 0; k < 20; k++) {
      assertEquals(k / 20.0, r.alphas()[k]);
    }
    assertEquals(0, r.alpha());
  }

  @Test
  void theSearchTakesTheLeastOfItsErrors() {
    for (int seed = 0; seed < 10; seed++) {
      int in = 64 * (1 + seed % 3);
      Matrix activations = withOutliers(seed, 1, 2 * in, in);
      CalibrationStatistics x = Calibrating.of(activations);
      Matrix w = new SeededRandom(seed).gaussian(3 + 7 * seed % 11, in, 0.1);
      for (Format format : List.of(GptqTest.int4(32), Nf4.qlora(), GgufType.Q4_0)) {
        AwqResult r = PAPER.quantize(ONE, w, x, format);
        assertEquals(20, r.alphas().length);
        assertEquals(Arrays.stream(r.errors()).min().orElseThrow(), r.error());
        int at = (int) Math.round(r.alpha() * 20);
        assertEquals(r.error(), r.errors()[at]);
        assertTrue(r.error() <= x.error(ONE, w, format.quantize(w)));
        double direct = Calibrating.squaredOutputError(activations, w, r.weights().dequantize());
        assertEquals(2 * direct, r.error(), 1e-3 * r.error());
        // each error is that of rounding to nearest by hand
        float[] s = Awq.scales(x, r.alphas()[13]);
        Matrix scaled = w.copy();
        for (int i = 0; i < w.rows(); i++) {
          for (int j = 0; j < in; j++) {
            scaled.set(i, j, w.get(i, j) * s[j]);
          }
        }
        Matrix back = format.quantize(scaled).dequantize();
        for (int i = 0; i < w.rows(); i++) {
          for (int j = 0; j < in; j++) {
            back.set(i, j, back.get(i, j) / s[j]);
          }
        }
        direct = Calibrating.squaredOutputError(activations, w, back);
        assertEquals(2 * direct, r.errors()[13], 1e-3 * r.errors()[13]);
        assertEquals(Math.sqrt(r.errors()[0] / r.signal()), r.relativeRoundingError(), 1e-12);
        assertEquals(Math.sqrt(r.error() / r.signal()), r.relativeError(), 1e-12);
      }
    }
  }

  @Test
  void withOutliersOtherTokensComeOutNearerThanRoundedToNearest() {
    for (int seed = 0; seed < 10; seed++) {
      int in = 64 * (1 + seed % 3);
      Matrix w = new SeededRandom(seed).gaussian(24, in, 0.1);
      CalibrationStatistics x = Calibrating.of(withOutliers(seed, 1, 4 * in, in));
      CalibrationStatistics other = Calibrating.of(withOutliers(seed, 2, 2 * in, in));
      Format format = GptqTest.int4(64);
      AwqResult r = PAPER.quantize(ONE, w, x, format);
      double ratio = other.error(ONE, w, r.weights()) / other.error(ONE, w, format.quantize(w));
      assertTrue(r.alpha() > 0 && ratio < 0.8, "seed " + seed + " α " + r.alpha() + " " + ratio);
    }
  }

  @Test
  void clippingIsKeptWhereItHelps() {
    int kept = 0;
    for (int seed = 0; seed < 6; seed++) {
      Matrix w = new SeededRandom(seed).gaussian(9, 128, 0.1);
      CalibrationStatistics x = Calibrating.of(withOutliers(seed, 0, 200, 128));
      for (Format format :
          List.of(
              GptqTest.int4(64),
              IntFormat.absmax(2, Grouping.of(64), ScaleType.FP32),
              IntFormat.zeroPoint(4, Grouping.ROW, ScaleType.FP16),
              Nf4.of(64, false),
              GgufType.Q4_0)) {
        AwqResult free = PAPER.quantize(ONE, w, x, format);
        AwqResult r = PAPER.withClipping().quantize(ONE, w, x, format);
        assertTrue(r.error() <= free.error());
        assertEquals(r.error(), x.error(ONE, w, r.weights()));
        assertEquals(r.clipped(), r.error() < free.error());
        kept += r.clipped() ? 1 : 0;
        if (format.name().startsWith("INT2")) {
          assertTrue(r.error() < 0.97 * free.error(), r.error() / free.error() + "");
        }
      }
    }
    assertTrue(kept >= 20, "kept " + kept);
  }

  /** One group a row: each row's best share, by trying them all here on the outputs themselves. */
  @Test
  void clippingIsTheBestOfItsShares() {
    IntFormat format = IntFormat.absmax(2, Grouping.ROW, ScaleType.FP32);
    int scaled = 0;
    for (int seed = 0; seed < 12; seed++) {
      Matrix w = new SeededRandom(seed).gaussian(7, 16, 1);
      Matrix x = seed == 0 ? Calibrating.identity(16, 1) : withOutliers(seed, 0, 40, 16);
      Awq awq = seed < 3 ? new Awq(1, true) : PAPER.withClipping();
      AwqResult r = awq.quantize(ONE, w, Calibrating.of(x), format);
      float[] scales = r.weights().scales();
      scaled += r.alpha() > 0 ? 1 : 0;
      double least = 0;
      for (int i = 0; i < 7; i++) {
        double largest = 0;
        for (int j = 0; j < 16; j++) {
          largest = Math.max(largest, Math.abs(w.get(i, j) * scales[j]));
        }
        double best = Double.POSITIVE_INFINITY;
        for (int k = 0; k < 10; k++) {
          double s = largest * (1 - k / 20.0);
          double error = 0;
          for (int t = 0; t < x.rows(); t++) {
            double y = 0;
            for (int j = 0; j < 16; j++) {
              double q = s * Math.max(-1, Math.min(1, Math.rint(w.get(i, j) * scales[j] / s)));
              y += x.get(t, j) * (w.get(i, j) - q / scales[j]);
            }
            error += 2 * y * y;
          }
          best = Math.min(best, error);
        }
        least += best;
      }
      assertEquals(least, r.error(), 1e-3 * least, "seed " + seed);
    }
    assertTrue(scaled >= 5, "scaled " + scaled);
  }

  @Test
  void scaledMatrixDividesItsInputsAndFolds() {
    PlainKernels k = PlainKernels.PLAIN;
    Matrix w = new SeededRandom(4).gaussian(5, 64, 0.1);
    Matrix x = withOutliers(4, 0, 9, 64);
    Format format = GptqTest.int4(32);
    ScaledMatrix q = PAPER.quantize(ONE, w, Calibrating.of(x), format).weights();
    Matrix y = Matrix.zeros(9, 5);
    q.multiplyTransposed(k, ONE, x, y);
    Matrix direct = k.multiplyTransposed(x, q.dequantize());
    assertEquals(0, QuantizationError.between(direct, y).relative(), 1e-5);
    float[] s = q.scales();
    Matrix divided = x.copy();
    Matrix folded = Matrix.zeros(9, 5);
    for (int t = 0; t < 9; t++) {
      System.arraycopy(q.fold(x.rows(t, t + 1).copy().data()), 0, divided.data(), t * 64, 64);
      assertEquals(x.get(t, 7) / s[7], divided.get(t, 7));
    }
    q.inner().multiplyTransposed(k, ONE, divided, folded);
    assertArrayEquals(y.data(), folded.data());

    Matrix before = new SeededRandom(5).gaussian(64, 10, 1); // x = before · z
    Matrix z = new SeededRandom(6).gaussian(3, 10, 1);
    Matrix through = Matrix.zeros(3, 5);
    q.multiplyTransposed(k, ONE, k.multiplyTransposed(z, before), through);
    Matrix short3 = Matrix.zeros(3, 5);
    q.inner().multiplyTransposed(k, ONE, k.multiplyTransposed(z, q.fold(before)), short3);
    assertEquals(0, QuantizationError.between(through, short3).relative(), 1e-5);

    assertEquals("INT4 g32 scaled inputs", q.format());
    assertEquals(format.storageBytes(5, 64) + 4 * 64, q.storageBytes());
    assertEquals(5 * 32, q.payloadBytes());
    s[0] = 99;
    assertTrue(q.scales()[0] != 99);
    assertMessage("63 outputs", () -> q.fold(new float[63]));
    assertMessage("64 inputs", () -> q.fold(Matrix.zeros(63, 64)));
    assertMessage("3 scales for 64", () -> new ScaledMatrix(q, new float[3]));
  }

  /** GPTQ on the scaled weights, with the statistics of the divided inputs. */
  @Test
  void gptqOnScaledWeights() {
    Matrix w = new SeededRandom(7).gaussian(16, 128, 0.1);
    CalibrationStatistics x = Calibrating.of(withOutliers(7, 0, 500, 128));
    Format format = GptqTest.int4(64);
    AwqResult awq = PAPER.quantize(ONE, w, x, format);
    float[] s = awq.weights().scales();
    GptqResult both =
        Gptq.paper().quantize(ONE, ScaledMatrix.multiplied(w, s), x.divided(s), format);
    double error = x.error(ONE, w, new ScaledMatrix(both.weights(), s));
    assertEquals(both.error(), error, 1e-3 * error);
    assertEquals(both.roundingError(), awq.error(), 1e-3 * awq.error());
    assertTrue(error < 0.9 * awq.error());
  }

  @Test
  void twoThreadsGiveTheBitsOfOne() {
    Matrix w = new SeededRandom(8).gaussian(33, 128, 0.1);
    CalibrationStatistics x = Calibrating.of(withOutliers(8, 0, 100, 128));
    try (Threads two = Threads.of(2)) {
      AwqResult one = PAPER.withClipping().quantize(ONE, w, x, GgufType.Q4_1);
      AwqResult both = PAPER.withClipping().quantize(two, w, x, GgufType.Q4_1);
      assertArrayEquals(one.errors(), both.errors());
      assertEquals(one.error(), both.error());
      assertArrayEquals(one.weights().dequantize().data(), both.weights().dequantize().data());
    }
  }

  @Test
  void littleActivations() {
    Matrix w = new SeededRandom(9).gaussian(3, 64, 1);
    Matrix before = w.copy();
    for (Matrix x :
        List.of(
            Matrix.zeros(2, 64),
            withOutliers(9, 0, 1, 64),
            withOutliers(9, 0, 5, 64),
            Calibrating.identity(64, 1e-15f))) {
      AwqResult r = PAPER.withClipping().quantize(ONE, w, Calibrating.of(x), GptqTest.int4(32));
      assertTrue(Double.isFinite(r.error()) && r.error() <= r.errors()[0]);
    }
    assertArrayEquals(before.data(), w.data());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    CalibrationStatistics x = Calibrating.of(withOutliers(10, 0, 20, 32));
    Matrix w = new SeededRandom(10).gaussian(3, 32, 1);
    assertMessage("steps is 0", () -> new Awq(0, false));
    assertMessage("α is 1.5", () -> Awq.scales(x, 1.5));
    assertMessage("α is NaN", () -> Awq.scales(x, Double.NaN));
    assertMessage("blocks of 64", () -> PAPER.quantize(ONE, w, x, GptqTest.int4(64)));
    assertMessage(
        "W is 3 x 64", () -> PAPER.quantize(ONE, Matrix.zeros(3, 64), x, GptqTest.int4(32)));
    assertMessage(
        "no calibration",
        () -> PAPER.quantize(ONE, w, new CalibrationStatistics(32), GptqTest.int4(32)));
    Matrix broken = w.copy();
    broken.set(1, 2, Float.NaN);
    assertMessage("W(1, 2) is NaN", () -> PAPER.quantize(ONE, broken, x, GptqTest.int4(32)));
    Format tensor = IntFormat.absmax(4, Grouping.TENSOR, ScaleType.FP32);
    assertMessage("one scale for all rows", () -> PAPER.withClipping().quantize(ONE, w, x, tensor));
    assertMessage("no groups", () -> PAPER.withClipping().quantize(ONE, w, x, FloatFormat.FP16));
    assertTrue(PAPER.quantize(ONE, w, x, FloatFormat.FP16).relativeError() < 1e-3);
  }
}

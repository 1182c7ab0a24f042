package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.quantization.Calibrating.ONE;
import static org.workedanswers.quantization.CalibrationStatisticsTest.assertMessage;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.quantization.IntFormat.ScaleType;

class GptqTest {
  private static final Gptq PAPER = Gptq.paper();

  static IntFormat int4(int group) {
    return IntFormat.absmax(4, Grouping.of(group), ScaleType.FP32);
  }

  private static void assertSame(QuantizedMatrix expected, QuantizedMatrix actual, String what) {
    assertArrayEquals(expected.dequantize().data(), actual.dequantize().data(), what);
    assertEquals(expected.format(), actual.format());
    assertEquals(expected.storageBytes(), actual.storageBytes());
    if (expected instanceof GgufMatrix gguf) {
      assertArrayEquals(gguf.bytes(), ((GgufMatrix) actual).bytes(), what);
    }
    if (expected instanceof IntMatrix integers) {
      for (int g = 0; g < integers.groups(); g++) {
        assertEquals(integers.zero(g), ((IntMatrix) actual).zero(g), what);
      }
    }
  }

  @Test
  void withUncorrelatedInputsItIsRoundToNearest() {
    SeededRandom random = new SeededRandom(1);
    for (Format format : Calibrating.formats()) {
      for (int in : new int[] {64, 192}) {
        for (int out : in == 64 ? new int[] {1, 5, 17} : new int[] {3}) {
          Matrix w = random.gaussian(out, in, Math.pow(10, random.below(5) - 3));
          w.rows(0, 1).columns(0, 16).fill(random.coin() ? 0 : 1e-3f);
          CalibrationStatistics x = Calibrating.of(Calibrating.identity(in, 0.7f));
          for (Gptq gptq : List.of(PAPER, PAPER.inActivationOrder(), new Gptq(0, 7, false))) {
            GptqResult r = gptq.quantize(ONE, w, x, format);
            assertSame(format.quantize(w), r.weights(), format.name());
            assertEquals(r.roundingError(), r.error());
          }
        }
      }
    }
  }

  /**
   * Optimal Brain Quantization as its paper has it (Frantar and Alistarh, 2022, equation 3): the
   * inverse of what is left of H anew for each weight, δ = -(w_k - q_k) / [H⁻¹]ₖₖ · (H⁻¹)ₖ.
   */
  @Test
  void aStepIsOptimalBrainQuantizations() {
    int different = 0;
    for (int seed = 0; seed < 60; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int group = 1 + random.below(6);
      int in = group * (1 + random.below(4));
      int out = 1 + random.below(4);
      Matrix w = random.gaussian(out, in, 1);
      CalibrationStatistics x =
          Calibrating.of(Calibrating.activations(seed, 0, 1 + random.below(40), in));
      GptqResult r = new Gptq(0.01, 1 + random.below(9), false).quantize(ONE, w, x, int4(group));
      Matrix back = r.weights().dequantize();
      RealMatrix h = damped(x, r.lambda());
      Matrix nearest = int4(group).quantize(w).dequantize();
      for (int i = 0; i < out; i++) {
        double[] row = brainSurgeon(w, i, h, group);
        for (int j = 0; j < in; j++) {
          assertEquals(row[j], back.get(i, j), 1e-5, "seed " + seed + " weight " + i + ", " + j);
          different += back.get(i, j) != nearest.get(i, j) ? 1 : 0;
        }
      }
    }
    assertTrue(different > 200, "different " + different);
  }

  private static RealMatrix damped(CalibrationStatistics x, double lambda) {
    int n = x.inputs();
    RealMatrix h = new Array2DRowRealMatrix(n, n);
    double trace = 0;
    for (int i = 0; i < n; i++) {
      trace += x.hessian(i, i);
      for (int j = 0; j < n; j++) {
        h.setEntry(i, j, x.hessian(i, j) + (i == j ? lambda : 0));
      }
    }
    assertEquals(0.01 * trace / n, lambda, 1e-12 * trace);
    return h;
  }

  private static double[] brainSurgeon(Matrix w, int i, RealMatrix h, int group) {
    int n = w.cols();
    double[] row = new double[n];
    for (int j = 0; j < n; j++) {
      row[j] = w.get(i, j);
    }
    double s = 0;
    for (int k = 0; k < n; k++) {
      if (k % group == 0) {
        s = 0;
        for (int j = k; j < k + group; j++) {
          s = Math.max(s, Math.abs(row[j]) / 7);
        }
      }
      RealMatrix left = h.getSubMatrix(k, n - 1, k, n - 1);
      RealMatrix inverse = new LUDecomposition(left).getSolver().getInverse();
      double q = s * Math.max(-7, Math.min(7, Math.rint(row[k] / s)));
      double e = (row[k] - q) / inverse.getEntry(0, 0);
      for (int j = k + 1; j < n; j++) {
        row[j] -= e * inverse.getEntry(0, j - k);
      }
      row[k] = q;
    }
    return row;
  }

  @Test
  void blocksGiveTheBitsOfColumns() {
    SeededRandom random = new SeededRandom(2);
    int[] blocks = {1, 3, 31, 48, 64, 100, 128, Integer.MAX_VALUE};
    try (Threads two = Threads.of(2)) {
      for (Format format : Calibrating.formats()) {
        int in = 64 * (1 + random.below(3));
        int out = 1 + random.below(20);
        Matrix w = random.gaussian(out, in, 1);
        CalibrationStatistics x = Calibrating.of(Calibrating.activations(3, 0, 50, in));
        for (boolean order : new boolean[] {false, true}) {
          GptqResult plain = new Gptq(0.01, 1, order).quantizeByColumns(ONE, w, x, format);
          for (int trial = 0; trial < 3; trial++) {
            int block = blocks[random.below(blocks.length)];
            Gptq gptq = new Gptq(0.01, block, order);
            String what = format.name() + " " + gptq;
            assertSame(plain.weights(), gptq.quantize(ONE, w, x, format).weights(), what);
            GptqResult shared = gptq.quantize(two, w, x, format);
            assertSame(plain.weights(), shared.weights(), what);
            assertEquals(plain.error(), shared.error());
            assertEquals(plain.signal(), shared.signal());
          }
          assertSame(
              plain.weights(),
              new Gptq(0.01, 1, order).quantizeByColumns(two, w, x, format).weights(),
              format.name());
        }
      }
    }
  }

  @Test
  void widthsThatNoBlockDivides() {
    SeededRandom random = new SeededRandom(4);
    for (int in : new int[] {1, 2, 3, 7, 17, 31, 33, 65, 129, 207}) {
      Format format = IntFormat.zeroPoint(4, Grouping.ROW, ScaleType.FP16);
      Matrix w = random.gaussian(3, in, 1);
      Matrix activations = Calibrating.activations(in, 0, 20, in);
      CalibrationStatistics x = Calibrating.of(activations);
      Matrix before = w.copy();
      GptqResult r = PAPER.quantize(ONE, w, x, format);
      assertArrayEquals(before.data(), w.data());
      assertSame(PAPER.quantizeByColumns(ONE, w, x, format).weights(), r.weights(), "width " + in);
      double direct = Calibrating.squaredOutputError(activations, w, r.weights().dequantize());
      double signal = Calibrating.squaredOutputError(activations, w, Matrix.zeros(3, in));
      double rounded =
          Calibrating.squaredOutputError(activations, w, format.quantize(w).dequantize());
      assertEquals(2 * direct, r.error(), 1e-3 * direct + 1e-7 * signal);
      assertEquals(2 * rounded, r.roundingError(), 1e-3 * rounded + 1e-7 * signal);
      assertEquals(Math.sqrt(direct / signal), r.relativeError(), 1e-3);
      assertEquals(Math.sqrt(rounded / signal), r.relativeRoundingError(), 1e-3);
    }
  }

  /** Of all codes of the last column none is better: there the choice is an exact optimum. */
  @Test
  void theLastColumnIsOptimalAndNothingBeatsTheSearchOfAllCodes() {
    IntFormat format = IntFormat.absmax(2, Grouping.ROW, ScaleType.FP32); // -s, 0, s
    double gptq = 0;
    double nearest = 0;
    double optimum = 0;
    for (int seed = 0; seed < 40; seed++) {
      int in = 2 + seed % 4;
      Matrix w = new SeededRandom(seed).gaussian(1, in, 1);
      CalibrationStatistics x = Calibrating.of(Calibrating.activations(seed, 0, 60, in));
      GptqResult r = new Gptq(0, 128, false).quantize(ONE, w, x, format);
      float s = ((IntMatrix) r.weights()).scale(0);
      double best = Double.POSITIVE_INFINITY;
      double bestLast = Double.POSITIVE_INFINITY;
      float[] chosen = r.weights().dequantize().data();
      for (int code = 0; code < Math.pow(3, in); code++) {
        float[] q = new float[in];
        boolean onlyLast = true;
        for (int j = 0, rest = code; j < in; j++, rest /= 3) {
          q[j] = s * (rest % 3 - 1);
          onlyLast &= j == in - 1 || q[j] == chosen[j];
        }
        double error = 0;
        for (int i = 0; i < in; i++) {
          for (int j = 0; j < in; j++) {
            error += x.hessian(i, j) * (w.get(0, i) - q[i]) * (w.get(0, j) - q[j]);
          }
        }
        best = Math.min(best, error);
        bestLast = onlyLast ? Math.min(bestLast, error) : bestLast;
      }
      assertEquals(bestLast, r.error(), 1e-5 * bestLast, "seed " + seed);
      assertTrue(r.error() >= best * 0.99999);
      gptq += r.error();
      nearest += r.roundingError();
      optimum += best;
    }
    assertTrue(optimum < gptq && gptq < nearest, optimum + " " + gptq + " " + nearest);
  }

  @Test
  void outputsOfOtherTokensComeOutNearerThanRoundedToNearest() {
    for (Format format :
        List.of(
            int4(32),
            IntFormat.zeroPoint(2, Grouping.of(32), ScaleType.FP16),
            IntFormat.absmax(8, Grouping.ROW, ScaleType.FP32),
            Nf4.of(32, false),
            GgufType.Q4_0,
            GgufType.Q4_1,
            GgufType.Q8_0)) {
      for (int seed = 0; seed < 8; seed++) {
        int in = 32 * (1 + seed % 4);
        int out = 3 + 5 * seed;
        Matrix w = new SeededRandom(seed).gaussian(out, in, 0.1);
        CalibrationStatistics x = Calibrating.of(Calibrating.activations(seed, 1, 6 * in, in));
        CalibrationStatistics other = Calibrating.of(Calibrating.activations(seed, 2, 3 * in, in));
        double nearest = other.error(ONE, w, format.quantize(w));
        for (Gptq gptq : List.of(PAPER, PAPER.inActivationOrder())) {
          GptqResult r = gptq.quantize(ONE, w, x, format);
          double error = other.error(ONE, w, r.weights());
          String what = format.name() + " seed " + seed + ": " + error / nearest;
          assertTrue(error < 0.9 * nearest, what);
          assertTrue(r.error() < r.roundingError(), what);
        }
      }
    }
  }

  @Test
  void inActivationOrderPermutedInputsGiveThePermutedResult() {
    SeededRandom random = new SeededRandom(6);
    for (int in : new int[] {2, 5, 33, 70}) {
      int[] order = random.permutation(in);
      Matrix w = random.gaussian(4, in, 1);
      Matrix x = Calibrating.activations(in, 0, 50, in);
      Format format = IntFormat.absmax(4, Grouping.ROW, ScaleType.FP32);
      Gptq gptq = PAPER.inActivationOrder();
      GptqResult r = gptq.quantize(ONE, w, Calibrating.of(x), format);
      GptqResult permuted =
          gptq.quantize(
              ONE,
              Calibrating.columns(w, order),
              Calibrating.of(Calibrating.columns(x, order)),
              format);
      assertArrayEquals(
          Calibrating.columns(r.weights().dequantize(), order).data(),
          permuted.weights().dequantize().data());
      CalibrationStatistics statistics = Calibrating.of(x);
      for (int k = 0; k < in; k++) {
        assertEquals(r.order()[k], order[permuted.order()[k]]);
        assertTrue(
            k == 0
                || statistics.hessian(r.order()[k], r.order()[k])
                    <= statistics.hessian(r.order()[k - 1], r.order()[k - 1]));
      }
    }
  }

  /** The order by hand: columns sorted before are what the plain order makes of them. */
  @Test
  void activationOrderIsThePlainOrderOfSortedColumns() {
    int in = 40;
    Matrix w = new SeededRandom(7).gaussian(3, in, 1);
    Matrix x = Calibrating.activations(7, 0, 90, in);
    Format format = IntFormat.zeroPoint(4, Grouping.ROW, ScaleType.FP32);
    GptqResult r = PAPER.inActivationOrder().quantize(ONE, w, Calibrating.of(x), format);
    Matrix sorted = Calibrating.columns(x, r.order());
    GptqResult plain =
        PAPER.quantize(ONE, Calibrating.columns(w, r.order()), Calibrating.of(sorted), format);
    assertArrayEquals(
        plain.weights().dequantize().data(),
        Calibrating.columns(r.weights().dequantize(), r.order()).data());
    assertEquals(0, plain.order()[0]);
  }

  @Test
  void deadInputsAreRoundedToNearestAndTouchNothing() {
    int in = 12;
    Matrix w = new SeededRandom(8).gaussian(30, in, 1);
    Matrix x = Calibrating.activations(8, 0, 30, in);
    for (int t = 0; t < 30; t++) {
      x.set(t, 4, 0);
      x.set(t, 11, 0);
    }
    for (double damping : new double[] {0, 0.01}) {
      Format format = IntFormat.absmax(4, Grouping.ROW, ScaleType.FP32);
      for (boolean order : new boolean[] {false, true}) {
        GptqResult r = new Gptq(damping, 5, order).quantize(ONE, w, Calibrating.of(x), format);
        Matrix nearest = format.quantize(w).dequantize();
        assertEquals(2, r.dead());
        for (int i = 0; i < 30; i++) {
          assertEquals(nearest.get(i, 4), r.weights().dequantize().get(i, 4));
          assertEquals(nearest.get(i, 11), r.weights().dequantize().get(i, 11));
        }
        assertEquals(order, r.order()[11] == 11 && r.order()[10] == 4);
        assertTrue(r.error() < r.roundingError());
      }
    }
  }

  @Test
  void littleActivations() {
    Matrix w = new SeededRandom(9).gaussian(5, 64, 1);
    for (Format format : Calibrating.formats()) {
      CalibrationStatistics zeros = Calibrating.of(Matrix.zeros(3, 64));
      GptqResult nothing = PAPER.quantize(ONE, w, zeros, format);
      assertSame(format.quantize(w), nothing.weights(), format.name());
      assertEquals(64, nothing.dead());
      assertEquals(0, nothing.relativeError());
    }
    for (int n : new int[] {1, 2, 63}) {
      CalibrationStatistics few = Calibrating.of(new SeededRandom(n).gaussian(n, 64, 1));
      GptqResult r = PAPER.quantize(ONE, w, few, int4(64));
      assertTrue(r.error() < 0.5 * r.roundingError(), n + ": " + r.error() / r.roundingError());
      assertMessage(
          "not positive definite", () -> new Gptq(0, 128, false).quantize(ONE, w, few, int4(64)));
    }
  }

  /** Inputs a thousand times the others: their weights' errors are the ones to be made up for. */
  @Test
  void outliers() {
    int in = 64;
    Matrix w = new SeededRandom(10).gaussian(16, in, 0.1);
    Matrix x = Calibrating.activations(10, 0, 300, in);
    for (int t = 0; t < 300; t++) {
      x.set(t, 13, 1000 * x.get(t, 13));
      x.set(t, 60, 300 * x.get(t, 60));
    }
    for (boolean order : new boolean[] {false, true}) {
      GptqResult r = new Gptq(0.01, 128, order).quantize(ONE, w, Calibrating.of(x), int4(32));
      assertTrue(Double.isFinite(r.error()));
      assertTrue(r.error() < 1.001 * r.roundingError(), "ratio " + r.error() / r.roundingError());
    }
  }

  @Test
  void ggufBlocksAreThoseOfAFile() {
    Matrix w = new SeededRandom(11).gaussian(6, 96, 1);
    CalibrationStatistics x = Calibrating.of(Calibrating.activations(11, 0, 200, 96));
    for (GgufType type : GgufType.values()) {
      GgufMatrix q = (GgufMatrix) PAPER.quantize(ONE, w, x, type).weights();
      byte[] bytes = q.bytes();
      assertFalse(Arrays.equals(type.quantize(w).bytes(), bytes));
      GgufMatrix read = GgufMatrix.wrap(type, 6, 96, bytes);
      assertArrayEquals(q.dequantize().data(), read.dequantize().data());
      for (int i = 0; i < 6; i++) {
        assertEquals(type.quantize(w).explain(i, 0).d(), q.explain(i, 0).d()); // not yet updated
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    CalibrationStatistics x = Calibrating.of(Calibrating.activations(12, 0, 20, 32));
    Matrix w = new SeededRandom(12).gaussian(3, 32, 1);
    assertMessage("damping is NaN", () -> new Gptq(Double.NaN, 1, false));
    assertMessage("damping is -0.1", () -> new Gptq(-0.1, 1, false));
    assertMessage("damping is Infinity", () -> new Gptq(Double.POSITIVE_INFINITY, 1, false));
    assertMessage("block is 0", () -> new Gptq(0, 0, false));
    assertMessage("blocks of 64", () -> PAPER.quantize(ONE, w, x, int4(64)));
    assertMessage("blocks of 12", () -> PAPER.quantize(ONE, w, x, int4(12)));
    assertMessage("no groups", () -> PAPER.quantize(ONE, w, x, FloatFormat.FP16));
    assertMessage("W is 3 x 64", () -> PAPER.quantize(ONE, Matrix.zeros(3, 64), x, int4(32)));
    assertMessage("W is 0 x 32", () -> PAPER.quantize(ONE, Matrix.zeros(0, 32), x, int4(32)));
    assertMessage(
        "no calibration", () -> PAPER.quantize(ONE, w, new CalibrationStatistics(32), int4(32)));
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      Matrix broken = w.copy();
      broken.set(2, 30, bad);
      assertMessage("W(2, 30) is " + bad, () -> PAPER.quantize(ONE, broken, x, int4(32)));
      assertMessage(
          "W(2, 30) is " + bad, () -> PAPER.quantizeByColumns(ONE, broken, x, GgufType.Q8_0));
    }
    Matrix large = w.copy();
    large.set(1, 3, 3e6f);
    assertMessage("the scale of Q4_0", () -> PAPER.quantize(ONE, large, x, GgufType.Q4_0));
    assertMessage(
        "the minimum of Q4_1",
        () -> {
          large.set(1, 3, -3e5f);
          PAPER.quantize(ONE, large, x, GgufType.Q4_1);
        });
  }

  @Test
  void otherKernelsAddTheSameStatistics() {
    Matrix x = Calibrating.activations(13, 0, 400, 32);
    CalibrationStatistics plain = Calibrating.of(x);
    CalibrationStatistics fast = new CalibrationStatistics(32);
    fast.add(KernelsChoice.best(), ONE, x);
    for (int j = 0; j < 32; j++) {
      assertEquals(plain.hessian(3, j), fast.hessian(3, j), 1e-4 * plain.hessian(3, 3));
    }
  }
}

package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class Nf4Test {
  /** The table that bitsandbytes publishes, to its digits. */
  private static final double[] PUBLISHED = {
    -1.0,
    -0.6961928009986877,
    -0.5250730514526367,
    -0.39491748809814453,
    -0.28444138169288635,
    -0.18477343022823334,
    -0.09105003625154495,
    0.0,
    0.07958029955625534,
    0.16093020141124725,
    0.24611230194568634,
    0.33791524171829224,
    0.44070982933044434,
    0.5626170039176941,
    0.7229568362236023,
    1.0
  };

  @Test
  void levelsAreThePublishedOnes() {
    for (int code = 0; code < 16; code++) {
      assertEquals((float) PUBLISHED[code], Nf4.level(code), 0f, "level " + code);
    }
  }

  @Test
  void levelsAreQuantilesOfTheNormalDistribution() {
    // The table was computed from float32 probabilities: 1e-7 in p is about 1e-6 in the quantile.
    assertArrayEquals(PUBLISHED, Nf4.levelsFromQuantiles(), 2e-6);
  }

  @Test
  void codeIsTheNearestLevelAndHalfwayTheLower() {
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 20_000; trial++) {
      float x = (float) random.uniform(-1.2, 1.2);
      double error = Math.abs(x - PUBLISHED[Nf4.code(x)]);
      for (double level : PUBLISHED) {
        assertTrue(error <= Math.abs(x - level) + 1e-7, "x " + x);
      }
    }
    for (int code = 0; code < 15; code++) {
      float halfway = (Nf4.level(code) + Nf4.level(code + 1)) / 2;
      assertEquals(code, Nf4.code(halfway));
      assertEquals(code + 1, Nf4.code(Math.nextUp(halfway)));
      assertEquals(code, Nf4.code(Nf4.level(code)));
    }
    assertEquals(0, Nf4.code(-1e30f));
    assertEquals(15, Nf4.code(1e30f));
  }

  /** The mean of |w - ŵ| in w's own units, float32 scales: what bitsandbytes' tests assert. */
  @ParameterizedTest
  @CsvSource({"64, 0.0728", "256, 0.0803", "4096, 0.0925"})
  void meanAbsoluteErrorOnNormalWeightsIsThePublishedOne(int block, double published) {
    Matrix w = new SeededRandom(7).gaussian(256, 4096, 1);
    Matrix back = Nf4.of(block, false).quantize(w).dequantize();
    double sum = 0;
    for (int i = 0; i < w.data().length; i++) {
      sum += Math.abs(w.data()[i] - (double) back.data()[i]);
    }
    assertEquals(published, sum / w.data().length, 2e-4);
  }

  @Test
  void doubleQuantisedTakes4127BitsOfStoredBytes() {
    Nf4Matrix q = Nf4.qlora().quantize(Matrix.zeros(4096, 4096));
    assertEquals(4096 * 4096 / 2, q.payloadBytes());
    long blocks = 4096 * 4096 / 64;
    assertEquals(4096 * 4096 / 2 + blocks + blocks / 256 * 4 + 4, q.storageBytes());
    assertEquals(4.127, q.bitsPerWeight(), 5e-4);
    assertEquals(q.storageBytes(), Nf4.of(64, true).storageBytes(4096, 4096));
    assertEquals(4.5, Nf4.of(64, false).bitsPerWeight(4096, 4096));
  }

  @Test
  void eachWeightIsItsBlocksScaleTimesItsLevel() {
    SeededRandom random = new SeededRandom(3);
    for (int[] shape : new int[][] {{1, 64}, {3, 128}, {17, 192}, {65, 384}}) {
      for (boolean twice : new boolean[] {false, true}) {
        Matrix w = random.gaussian(shape[0], shape[1], 0.02);
        Nf4Matrix q = Nf4.of(64, twice).quantize(w);
        Matrix back = q.dequantize();
        for (int i = 0; i < w.rows(); i++) {
          for (int j = 0; j < w.cols(); j++) {
            float c = Weights.absMax(w.data(), w.index(i, j / 64 * 64), 64);
            assertEquals(Nf4.code(w.get(i, j) / c), q.code(i, j));
            assertEquals(q.scale(i, j) * Nf4.level(q.code(i, j)), back.get(i, j));
            assertEquals(c, q.scale(i, j), twice ? 0.0071 * 0.08 : 0);
          }
        }
      }
    }
  }

  @Test
  void aViewIsQuantisedAsItsCopy() {
    float[] data = new SeededRandom(4).gaussian(1, 5000, 1).data();
    Matrix view = Matrix.view(data, 13, 7, 128, 131);
    assertArrayEquals(
        Nf4.qlora().quantize(view.copy()).dequantize().data(),
        Nf4.qlora().quantize(view).dequantize().data());
  }

  @Test
  void scalesOfScalesStayWithinTheirBound() {
    SeededRandom random = new SeededRandom(5);
    for (int count : new int[] {1, 2, 255, 256, 257, 1000}) {
      float[] scales = new float[count];
      double mean = 0;
      for (int i = 0; i < count; i++) {
        scales[i] = (float) Math.exp(random.gaussian());
        mean += scales[i] / (double) count;
      }
      ScaleStore store = ScaleStore.quantized(scales);
      assertEquals(count + 4 * ((count + 255) / 256) + 4, store.bytes());
      for (int i = 0; i < count; i++) {
        double s = 0;
        for (int k = i / 256 * 256; k < Math.min(count, i / 256 * 256 + 256); k++) {
          s = Math.max(s, Math.abs(scales[k] - mean));
        }
        assertEquals(scales[i], store.get(i), 0.0071 * s + 1e-6, "scale " + i + " of " + count);
      }
    }
  }

  @Test
  void zeroBlocksStayZeroAndSubnormalsAreNotLost() {
    Matrix w = Matrix.zeros(2, 128);
    for (int j = 0; j < 64; j++) {
      w.set(0, j, j % 2 == 0 ? Float.MIN_VALUE : -Float.MIN_VALUE);
      w.set(1, 64 + j, Float.MAX_VALUE);
    }
    Matrix back = Nf4.of(64, false).quantize(w).dequantize();
    assertArrayEquals(w.data(), back.data());
    Matrix twice = Nf4.qlora().quantize(w).dequantize();
    for (int j = 64; j < 128; j++) {
      assertEquals(0, twice.get(0, j));
    }
  }

  @Test
  void twoThreadsGiveTheBitsOfOne() {
    Matrix w = new SeededRandom(8).gaussian(207, 192, 1);
    try (Threads two = Threads.of(2)) {
      assertArrayEquals(
          Nf4.qlora().quantize(w).dequantize().data(),
          Nf4.qlora().quantize(two, w).dequantize().data());
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbers() {
    assertMessage(
        "W is 3 x 100: NF4 cuts each row into blocks of 64, and 100 leaves a rest of 36",
        () -> Nf4.qlora().quantize(Matrix.zeros(3, 100)));
    assertMessage(
        "W is 0 x 64: NF4 needs at least one row and one column",
        () -> Nf4.qlora().quantize(Matrix.zeros(0, 64)));
    assertMessage("block is 7: two codes share a byte", () -> Nf4.of(7, true));
    Matrix w = Matrix.zeros(3, 64);
    w.set(2, 5, Float.NaN);
    assertMessage("W(2, 5) is NaN: NF4 holds finite", () -> Nf4.qlora().quantize(w));
    w.set(1, 63, Float.NEGATIVE_INFINITY);
    assertMessage("W(1, 63) is -Infinity", () -> Nf4.qlora().quantize(w));
    Nf4Matrix q = Nf4.qlora().quantize(Matrix.zeros(3, 64));
    assertMessage("row 3 is outside of a 3 x 64", () -> q.dequantizeRow(3, new float[64], 0));
    assertMessage(
        "into: 64 elements from 1 do not lie", () -> q.dequantizeRow(0, new float[64], 1));
  }

  private static void assertMessage(String beginning, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }
}

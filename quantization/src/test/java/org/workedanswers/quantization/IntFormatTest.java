package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.quantization.IntFormat.ScaleType;

class IntFormatTest {
  private static final int[] BITS = {8, 4, 2};

  private static List<IntFormat> all() {
    List<IntFormat> all = new ArrayList<>();
    for (int bits : BITS) {
      for (Grouping g : List.of(Grouping.TENSOR, Grouping.ROW, Grouping.of(3), Grouping.of(32))) {
        for (ScaleType s : ScaleType.values()) {
          all.add(IntFormat.absmax(bits, g, s));
          all.add(IntFormat.zeroPoint(bits, g, s));
        }
      }
    }
    return all;
  }

  /** Computed by hand: s = 63.5/127 = 0.5. */
  @Test
  void absmaxByHand() {
    Matrix w = Matrix.of(new float[][] {{63.5f, -25, 0.75f, 0}, {0.25f, -50, 50, 5.2f}});
    IntMatrix q = IntFormat.absmax(8, Grouping.TENSOR, ScaleType.FP32).quantize(w);
    assertEquals(0.5f, q.scale(0));
    int[][] signed = {{127, -50, 2, 0}, {0, -100, 100, 10}}; // 1.5 and 0.5 go to the even one
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 4; j++) {
        assertEquals(signed[i][j] + 128, q.code(i, j), i + ", " + j);
        assertEquals(0.5f * signed[i][j], q.dequantize().get(i, j));
      }
    }
    assertEquals(8 + 4, q.storageBytes());
    IntMatrix rows = IntFormat.absmax(8, Grouping.ROW, ScaleType.FP32).quantize(w);
    assertEquals(50f / 127, rows.scale(1), 1e-7);
    assertEquals(128 + 13, rows.code(1, 3)); // 5.2 · 127 / 50 = 13.2
    assertEquals(8 + 8, rows.storageBytes());
  }

  /** Computed by hand: lo = -1, hi = 2, s = 3/15 = 0.2, z = 5. */
  @Test
  void zeroPointByHand() {
    Matrix w = Matrix.of(new float[][] {{-1, 2, 0, 0.29f, -0.31f, 1.95f}});
    IntMatrix q = IntFormat.zeroPoint(4, Grouping.ROW, ScaleType.FP32).quantize(w);
    assertEquals(0.2f, q.scale(0), 1e-9);
    assertEquals(5, q.zero(0));
    int[] codes = {0, 15, 5, 6, 3, 15};
    for (int j = 0; j < 6; j++) {
      assertEquals(codes[j], q.code(0, j));
      assertEquals(0.2 * (codes[j] - 5), q.dequantize().get(0, j), 1e-6);
    }
    assertEquals(3 + 4 + 1, q.storageBytes()); // codes, scale, zero point
    assertEquals(4, q.payloadBitsPerWeight());
  }

  @Test
  void packingPutsTheFirstCodeInTheLowestBits() {
    byte[] packed = new byte[3];
    int[] codes = {1, 2, 3, 0, 2};
    for (int i = 0; i < 5; i++) {
      BitPacking.put(packed, 1, i, 2, codes[i]);
    }
    assertArrayEquals(new byte[] {0, 0b00_11_10_01, 0b10}, packed);
    for (int i = 0; i < 5; i++) {
      assertEquals(codes[i], BitPacking.get(packed, 1, i, 2));
    }
    assertEquals(2, BitPacking.bytes(5, 2));
    assertEquals(3, BitPacking.bytes(5, 4));
  }

  @Test
  void everyWeightIsWithinHalfAStep() {
    SeededRandom random = new SeededRandom(1);
    for (IntFormat format : all()) {
      for (int trial = 0; trial < 6; trial++) {
        int rows = 1 + random.below(5);
        int cols = 96 * (1 + random.below(3));
        double deviation = Math.pow(10, random.below(9) - 5);
        double shift = random.coin() ? 0 : 3 * deviation;
        Matrix w = random.gaussian(rows, cols, deviation);
        for (int i = 0; i < w.data().length; i++) {
          w.data()[i] += (float) shift;
        }
        IntMatrix q = format.quantize(w);
        Matrix back = q.dequantize();
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < cols; j++) {
            int group = format.grouping().group(i, j, cols);
            double s = q.scale(group);
            double bound = s / 2 + 0x1p-22 * Math.abs(w.get(i, j));
            assertEquals(w.get(i, j), back.get(i, j), bound, format.name() + " s " + s);
            assertEquals((float) s * (q.code(i, j) - q.zero(group)), back.get(i, j));
          }
        }
      }
    }
  }

  @Test
  void theScaleIsTheExtentDividedByTheSteps() {
    SeededRandom random = new SeededRandom(2);
    for (IntFormat format : all()) {
      Matrix w = random.gaussian(4, 96, 0.1);
      IntMatrix q = format.quantize(w);
      double[] lo = new double[q.groups()];
      double[] hi = new double[q.groups()];
      for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 96; j++) {
          int g = format.grouping().group(i, j, 96);
          lo[g] = Math.min(lo[g], w.get(i, j));
          hi[g] = Math.max(hi[g], w.get(i, j));
        }
      }
      int b = format.payloadBits();
      for (int g = 0; g < q.groups(); g++) {
        double s =
            format.hasZeroPoint()
                ? (hi[g] - lo[g]) / ((1 << b) - 1)
                : Math.max(hi[g], -lo[g]) / ((1 << (b - 1)) - 1);
        double step = format.scaleType() == ScaleType.FP16 ? 0x1p-10 : 0x1p-23;
        assertEquals(s * (1 + step / 2), q.scale(g), s * step / 2); // rounded up
      }
    }
  }

  @Test
  void zerosConstantsAndSubnormals() {
    for (IntFormat format : all()) {
      Matrix w = Matrix.zeros(2, 96);
      assertArrayEquals(w.data(), format.quantize(w).dequantize().data(), format.name());
      w.fill(-0.75f);
      for (float back : format.quantize(w).dequantize().data()) {
        assertEquals(-0.75f, back, 0.001f, format.name());
      }
      if (format.scaleType() == ScaleType.FP32) {
        for (int j = 0; j < 96; j++) {
          w.set(0, j, (j - 48) * Float.MIN_VALUE);
          w.set(1, j, (j % 2 == 0 ? 190 : -190) * Float.MIN_VALUE);
        }
        IntMatrix q = format.quantize(w);
        Matrix back = q.dequantize();
        for (int i = 0; i < 2; i++) {
          for (int j = 0; j < 96; j++) {
            // In units of the smallest float: a step, s itself being a whole number of them.
            double s = q.scale(format.grouping().group(i, j, 96)) / Float.MIN_VALUE;
            double error = (back.get(i, j) - w.get(i, j)) / Float.MIN_VALUE;
            assertTrue(Math.abs(error) <= s / 2, format.name() + " error " + error + " of " + s);
          }
        }
      } else {
        w.fill(1e-9f); // far below FP16's smallest scale
        assertArrayEquals(new float[192], format.quantize(w).dequantize().data(), format.name());
      }
    }
  }

  @Test
  void hugeWeightsComeBackOrAreRefused() {
    Matrix w = Matrix.zeros(1, 96);
    w.set(0, 3, 1e30f);
    w.set(0, 4, -1e30f);
    for (IntFormat format : all()) {
      if (format.scaleType() == ScaleType.FP32) {
        assertEquals(1e30f, format.quantize(w).dequantize().get(0, 3), 0.34e30f, format.name());
      } else {
        String message =
            assertThrows(IllegalArgumentException.class, () -> format.quantize(w)).getMessage();
        assertTrue(message.contains("can't hold a scale of"), message);
        assertTrue(message.contains("1.0E30"), message);
      }
    }
    w.set(0, 3, Float.MAX_VALUE);
    w.set(0, 4, -Float.MAX_VALUE);
    for (IntFormat format : all()) {
      try {
        for (float back : format.quantize(w).dequantize().data()) {
          assertTrue(Float.isFinite(back), format.name());
        }
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("can't hold a scale of"), e.getMessage());
      }
    }
  }

  @Test
  void rowsThatDoNotFillABytePackUpToIt() {
    SeededRandom random = new SeededRandom(3);
    for (int cols : new int[] {1, 2, 3, 5, 7, 17, 31, 33}) {
      for (int bits : BITS) {
        Matrix w = random.gaussian(3, cols, 1);
        IntMatrix q = IntFormat.absmax(bits, Grouping.ROW, ScaleType.FP32).quantize(w);
        assertEquals(3 * ((cols * bits + 7) / 8), q.payloadBytes());
        assertTrue(QuantizationError.ofWeights(w, q).max() <= 0.5001 * maxScale(q));
      }
    }
  }

  private static float maxScale(IntMatrix q) {
    float max = 0;
    for (int g = 0; g < q.groups(); g++) {
      max = Math.max(max, q.scale(g));
    }
    return max;
  }

  @Test
  void twoThreadsGiveTheBitsOfOne() {
    Matrix w = new SeededRandom(8).gaussian(65, 96, 1);
    try (Threads two = Threads.of(2)) {
      for (IntFormat format : all()) {
        assertArrayEquals(
            format.quantize(w).dequantize().data(),
            format.quantize(two, w).dequantize().data(),
            format.name());
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbers() {
    IntFormat g32 = IntFormat.absmax(4, Grouping.of(32), ScaleType.FP16);
    assertMessage(
        "W is 2 x 100: INT4 g32 fp16 cuts each row into blocks of 32, and 100 leaves a rest of 4",
        () -> g32.quantize(Matrix.zeros(2, 100)));
    assertMessage("W is 0 x 32", () -> g32.quantize(Matrix.zeros(0, 32)));
    assertMessage("W is 2 x 0", () -> g32.quantize(Matrix.zeros(2, 0)));
    assertMessage("bits is 5", () -> IntFormat.absmax(5, Grouping.ROW, ScaleType.FP32));
    assertMessage("group size is 0", () -> Grouping.of(0));
    Matrix w = Matrix.zeros(2, 32);
    w.set(1, 31, Float.POSITIVE_INFINITY);
    assertMessage("W(1, 31) is Infinity", () -> g32.quantize(w));
  }

  private static void assertMessage(String beginning, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }
}

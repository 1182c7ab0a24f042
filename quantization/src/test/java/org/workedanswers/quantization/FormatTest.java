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
import org.workedanswers.quantization.IntFormat.ScaleType;

/** What all formats have in common. */
class FormatTest {
  /** Every format, in a setting that can cut rows of a multiple of 192. */
  static List<Format> all() {
    List<Format> all = new ArrayList<>(List.of(FloatFormat.values()));
    for (int bits : new int[] {8, 4, 3, 2}) {
      for (Grouping g : List.of(Grouping.TENSOR, Grouping.ROW, Grouping.of(64))) {
        all.add(IntFormat.absmax(bits, g, ScaleType.FP32));
        all.add(IntFormat.zeroPoint(bits, g, ScaleType.FP16));
      }
    }
    all.addAll(List.of(Nf4.qlora(), Nf4.of(64, false), Nf4.of(32, true)));
    all.addAll(List.of(GgufType.values()));
    return all;
  }

  @Test
  void theFormulaForBytesIsTheCountOfWhatIsHeld() {
    SeededRandom random = new SeededRandom(1);
    for (Format format : all()) {
      for (int rows : new int[] {1, 2, 3, 7, 65}) {
        for (int cols : new int[] {192, 384}) {
          QuantizedMatrix q = format.quantize(random.gaussian(rows, cols, 1));
          assertEquals(format.name(), q.format());
          assertEquals(rows, q.rows());
          assertEquals(cols, q.cols());
          assertEquals(format.storageBytes(rows, cols), q.storageBytes(), format.name());
          assertEquals(format.bitsPerWeight(rows, cols), q.bitsPerWeight(), 1e-12);
          assertEquals(format.payloadBits(), q.payloadBitsPerWeight(), 1e-12, format.name());
        }
      }
    }
  }

  @Test
  void bitsPerWeightByHand() {
    assertEquals(32, FloatFormat.FP32.bitsPerWeight(3, 5));
    assertEquals(16, FloatFormat.BF16.bitsPerWeight(3, 5));
    assertEquals(8.5, GgufType.Q8_0.bitsPerWeight(384, 1536));
    assertEquals(4.5, GgufType.Q4_0.bitsPerWeight(384, 1536));
    assertEquals(5, GgufType.Q4_1.bitsPerWeight(384, 1536));
    assertEquals(5.5, GgufType.Q5_0.bitsPerWeight(384, 1536));
    assertEquals(6, GgufType.Q5_1.bitsPerWeight(384, 1536));
    // 4 + (16 + 4) / 128 and 2 + 16 / 256
    assertEquals(
        4.15625, IntFormat.zeroPoint(4, Grouping.of(128), ScaleType.FP16).bitsPerWeight(384, 1536));
    assertEquals(
        2.0625, IntFormat.absmax(2, Grouping.of(256), ScaleType.FP16).bitsPerWeight(384, 1536));
    assertEquals(
        8 + 8.0 * 4 / (384 * 1536),
        IntFormat.absmax(8, Grouping.TENSOR, ScaleType.FP32).bitsPerWeight(384, 1536));
  }

  @Test
  void bytesOfAModelThatDoesNotFitHere() {
    // 70 billion weights in one: no overflow, no allocation.
    assertEquals(70_553_706_496L / 32 * 18, GgufType.Q4_0.storageBytes(70_553_706_496L / 32, 32));
    for (Format format : all()) {
      assertTrue(format.storageBytes(1_000_000_000_000L, 192) > 0, format.name());
      assertThrows(ArithmeticException.class, () -> format.storageBytes(Long.MAX_VALUE / 100, 192));
    }
  }

  @Test
  void aRowAloneIsTheRowOfTheWhole() {
    SeededRandom random = new SeededRandom(2);
    for (Format format : all()) {
      QuantizedMatrix q = format.quantize(random.gaussian(7, 192, 1));
      Matrix whole = q.dequantize();
      float[] into = new float[200];
      for (int i = 6; i >= 0; i--) {
        q.dequantizeRow(i, into, 5);
        assertArrayEquals(whole.row(i), Matrix.view(into, 5, 1, 192, 192).row(0), format.name());
      }
      assertEquals(0, into[4] + into[197]);
    }
  }

  @Test
  void quantisingWhatWasQuantisedChangesNoCode() {
    SeededRandom random = new SeededRandom(3);
    for (Format format :
        List.of(
            FloatFormat.FP16,
            FloatFormat.BF16,
            Nf4.of(64, false),
            IntFormat.absmax(4, Grouping.of(64), ScaleType.FP32))) {
      Matrix once = format.quantize(random.gaussian(5, 192, 1)).dequantize();
      Matrix twice = format.quantize(once).dequantize();
      assertArrayEquals(once.data(), twice.data(), 1e-6f, format.name());
    }
  }

  @Test
  void moreBitsAreLessError() {
    Matrix w = new SeededRandom(4).gaussian(64, 384, 0.05);
    double last = 0;
    for (Format format :
        List.of(
            FloatFormat.FP32,
            FloatFormat.FP16,
            FloatFormat.BF16,
            GgufType.Q8_0,
            GgufType.Q5_0,
            GgufType.Q4_0,
            Nf4.qlora(),
            IntFormat.zeroPoint(2, Grouping.of(64), ScaleType.FP16))) {
      double rmse = QuantizationError.ofWeights(w, format.quantize(w)).rmse();
      assertTrue(rmse >= last, format.name());
      last = rmse;
    }
  }

  @Test
  void normalWeightsLoseLessInNormalFloatThanInEvenSteps() {
    Matrix w = new SeededRandom(5).gaussian(64, 384, 0.05);
    IntFormat even = IntFormat.absmax(4, Grouping.of(64), ScaleType.FP32);
    double nf4 = QuantizationError.ofWeights(w, Nf4.of(64, false).quantize(w)).rmse();
    double int4 = QuantizationError.ofWeights(w, even.quantize(w)).rmse();
    double squares = 0;
    for (int i = 0; i < 64; i++) {
      for (int b = 0; b < 6; b++) {
        squares += Math.pow(Weights.absMax(w.data(), w.index(i, 64 * b), 64) / 7, 2);
      }
    }
    // Rounding to even steps of s leaves an error uniform in ±s/2, whose variance is s²/12.
    assertEquals(Math.sqrt(squares / (64 * 6) / 12), int4, 0.02 * int4);
    assertTrue(nf4 < 0.9 * int4, nf4 + " and " + int4);
  }

  @Test
  void halfPrecisionRefusesWhatItCannotHold() {
    Matrix w = Matrix.zeros(2, 3);
    w.set(1, 2, -65520);
    String message =
        assertThrows(IllegalArgumentException.class, () -> FloatFormat.FP16.quantize(w))
            .getMessage();
    assertEquals("W(1, 2) is -65520.0: FP16 ends at 65504.0", message);
    assertEquals(-65536, FloatFormat.BF16.quantize(w).dequantize().get(1, 2));
    w.set(1, 2, Float.MAX_VALUE);
    assertThrows(IllegalArgumentException.class, () -> FloatFormat.BF16.quantize(w));
    assertEquals(Float.MAX_VALUE, FloatFormat.FP32.quantize(w).dequantize().get(1, 2));
    w.set(1, 2, Float.NaN);
    for (FloatFormat format : FloatFormat.values()) {
      assertThrows(IllegalArgumentException.class, () -> format.quantize(w));
    }
  }
}

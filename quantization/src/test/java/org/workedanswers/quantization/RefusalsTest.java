package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.IntFormat.ScaleType;

/** Bad input at every door of every format: the message names what clashes. */
class RefusalsTest {
  private static final PlainKernels PLAIN = PlainKernels.PLAIN;
  private static final Loop ONE = Loop.sequential();

  private static void assertMessage(String part, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void emptyMatricesHaveNoBitsAWeight() {
    for (Format format : FormatTest.all()) {
      assertMessage("W is 0 x 192: " + format.name(), () -> format.storageBytes(0, 192));
      assertMessage("W is 3 x 0: " + format.name(), () -> format.storageBytes(3, 0));
      assertMessage("W is -1 x 192: " + format.name(), () -> format.bitsPerWeight(-1, 192));
      assertMessage("W is 0 x 192", () -> format.quantize(Matrix.zeros(0, 192)));
      assertMessage("W is 3 x 0", () -> format.quantize(Matrix.zeros(3, 0)));
    }
  }

  @Test
  void rowsThatAreNotThere() {
    for (Format format : FormatTest.all()) {
      QuantizedMatrix q = format.quantize(Matrix.zeros(3, 192));
      float[] into = new float[200];
      assertMessage("row 3 is outside of a 3 x 192", () -> q.dequantizeRow(3, into, 0));
      assertMessage("row -1 is outside of a 3 x 192", () -> q.dequantizeRow(-1, into, 0));
      assertMessage("192 elements from 9 ", () -> q.dequantizeRow(2, into, 9));
      assertMessage("192 elements from -1 ", () -> q.dequantizeRow(2, into, -1));
    }
  }

  @Test
  void productsOfOtherShapes() {
    for (Format format : FormatTest.all()) {
      QuantizedMatrix q = format.quantize(Matrix.zeros(3, 192));
      float[] x = new float[192];
      float[] y = new float[3];
      assertMessage("x: 192 elements from 1", () -> q.multiply(PLAIN, ONE, x, 1, y, 0));
      assertMessage("y: 3 elements from 1", () -> q.multiply(PLAIN, ONE, x, 0, y, 1));
      for (int[] shape : new int[][] {{2, 191, 2, 3}, {2, 192, 1, 3}, {2, 192, 2, 4}}) {
        assertMessage(
            "they must be n x cols, rows x cols and n x rows",
            () ->
                q.multiplyTransposed(
                    PLAIN,
                    ONE,
                    Matrix.zeros(shape[0], shape[1]),
                    Matrix.zeros(shape[2], shape[3])));
      }
      if (q instanceof GgufMatrix gguf) {
        assertMessage("x: 192 elements from 1", () -> gguf.multiplyQ8(PLAIN, ONE, x, 1, y, 0));
        assertMessage("y: 3 elements from 1", () -> gguf.multiplyQ8(PLAIN, ONE, x, 0, y, 1));
        assertMessage(
            "X is 2 x 191, W is 3 x 192 and Y is 2 x 3",
            () -> gguf.multiplyTransposedQ8(PLAIN, ONE, Matrix.zeros(2, 191), Matrix.zeros(2, 3)));
        assertEquals(format, gguf.type());
      }
    }
  }

  @Test
  void weightsThatAreNotThere() {
    IntMatrix integers = IntFormat.zeroPoint(4, Grouping.of(64), ScaleType.FP16).quantize(some());
    Nf4Matrix nf4 = Nf4.qlora().quantize(some());
    for (int[] at : new int[][] {{3, 0}, {-1, 0}, {0, 192}, {0, -1}}) {
      String part = String.format("weight (%d, %d) is outside of a 3 x 192 matrix", at[0], at[1]);
      assertMessage(part, () -> integers.code(at[0], at[1]));
      assertMessage(part, () -> integers.group(at[0], at[1]));
      assertMessage(part, () -> nf4.code(at[0], at[1]));
      assertMessage(part, () -> nf4.scale(at[0], at[1]));
    }
    assertEquals(0, integers.group(0, 63));
    assertEquals(1, integers.group(0, 64));
    assertEquals(8, integers.group(2, 191));
  }

  private static Matrix some() {
    return new SeededRandom(1).gaussian(3, 192, 1);
  }

  @Test
  void errorsOfOtherShapes() {
    QuantizedMatrix q = Nf4.qlora().quantize(some());
    assertMessage("it must be 3 x 192", () -> QuantizationError.ofWeights(some().rows(0, 2), q));
    assertMessage(
        "W is 2 x 192",
        () -> QuantizationError.ofOutput(PLAIN, ONE, some().rows(0, 2), q, Matrix.zeros(2, 192)));
    assertMessage(
        "it must be 3 x 192", () -> QuantizationError.between(some(), some().columns(0, 191)));
  }

  /** Where the largest code would come back as infinity, and where it just does not. */
  @Test
  void theLargestMagnitudes() {
    Matrix w = Matrix.zeros(1, 64);
    for (int bits : new int[] {8, 4, 2}) {
      IntFormat absmax = IntFormat.absmax(bits, Grouping.ROW, ScaleType.FP32);
      IntFormat zeroPoint = IntFormat.zeroPoint(bits, Grouping.ROW, ScaleType.FP32);
      w.set(0, 0, 0.999f * Float.MAX_VALUE);
      w.set(0, 1, 0);
      assertEquals(0.999f, absmax.quantize(w).dequantize().get(0, 0) / Float.MAX_VALUE, 1e-5);
      assertEquals(0.999f, zeroPoint.quantize(w).dequantize().get(0, 0) / Float.MAX_VALUE, 1e-5);
      w.set(0, 0, Float.MAX_VALUE);
      w.set(0, 1, -Float.MAX_VALUE);
      double scale = 2.0 * Float.MAX_VALUE / ((1 << bits) - 1);
      assertMessage(
          "group 0 spans -3.4028235E38 to 3.4028235E38: INT"
              + bits
              + " row zero can't hold a scale of "
              + scale,
          () -> zeroPoint.quantize(w));
    }
    Matrix twoBlocks = Matrix.zeros(1, 128);
    twoBlocks.set(0, 0, Float.MAX_VALUE);
    twoBlocks.set(0, 64, Float.MAX_VALUE); // their mean and their scale come back exactly
    assertEquals(Float.MAX_VALUE, Nf4.qlora().quantize(twoBlocks).dequantize().get(0, 64));
  }

  @Test
  void namesTellSettingsApart() {
    assertEquals("NF4", Nf4.qlora().name());
    assertEquals("NF4 b64 fp32 scales", Nf4.of(64, false).name());
    assertEquals("NF4 b128", Nf4.of(128, true).name());
    assertTrue(Nf4.qlora().doubleQuantized() && !Nf4.of(2, false).doubleQuantized());
    assertEquals("INT8 tensor", IntFormat.absmax(8, Grouping.TENSOR, ScaleType.FP32).name());
    assertEquals(
        "INT4 g128 fp16 zero", IntFormat.zeroPoint(4, Grouping.of(128), ScaleType.FP16).name());
  }
}

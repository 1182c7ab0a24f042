package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** What ggml's oracle does not speak of; {@link GgufOracleTest} has what it does. */
class GgufTest {
  private static final Kernels PLAIN = PlainKernels.PLAIN;

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void anExactBlockComesBackExactly(GgufType type) {
    // Whole numbers whose scale is 1, the ends of the range among them.
    int levels = type == GgufType.Q8_0 ? 255 : 1 << type.payloadBits();
    int lowest = type == GgufType.Q8_0 ? -127 : type.hasMinimum() ? 0 : -levels / 2;
    Matrix w = Matrix.zeros(3, 64);
    SeededRandom random = new SeededRandom(1);
    for (int i = 0; i < w.data().length; i++) {
      w.data()[i] = lowest + random.below(levels);
      if (i % 32 == 7) {
        w.data()[i] = lowest;
      } else if (i % 32 == 30) {
        w.data()[i] = lowest + levels - 1;
      }
    }
    assertArrayEquals(w.data(), type.quantize(w).dequantize().data());
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void zeroConstantAndTinyBlocks(GgufType type) {
    Matrix w = Matrix.zeros(1, 32);
    for (float back : type.quantize(w).dequantize().data()) {
      assertEquals(0, back + 0f);
    }
    w.fill(0.375f); // an FP16 value; 0.375 / 127 is not
    float bound = type == GgufType.Q8_0 ? 0.375f * 0x1p-11f : 0;
    for (float back : type.quantize(w).dequantize().data()) {
      assertEquals(0.375f, back, bound);
    }
    for (float tiny : new float[] {Float.MIN_VALUE, 1e-39f, 1e-30f, 1e-9f}) {
      for (int j = 0; j < 32; j++) {
        w.set(0, j, j % 3 == 0 ? -tiny : tiny);
      }
      for (float back : type.quantize(w).dequantize().data()) {
        assertEquals(0, back + 0f, "FP16 has no scale for " + tiny);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void aScaleBeyondFp16IsRefused(GgufType type) {
    Matrix w = Matrix.zeros(2, 96);
    w.set(1, 40, type == GgufType.Q8_0 ? 8.4e6f : 2.1e6f);
    assertMessage("row 1, weights 32 to 63: the scale of " + type, () -> type.quantize(w));
    w.set(1, 40, 65504f);
    assertEquals(65504f, type.quantize(w).dequantize().get(1, 40), 65504f * 0x1p-11f);
    w.set(0, 40, Float.MAX_VALUE);
    w.set(0, 41, -Float.MAX_VALUE);
    assertMessage("row 0, weights 32 to 63: the scale", () -> type.quantize(w));
    if (type.hasMinimum()) {
      w.set(0, 40, -65520f);
      w.set(0, 41, -65520f);
      assertMessage("row 0, weights 32 to 63: the minimum", () -> type.quantize(w));
    }
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void whatDoesNotFitIsRefusedWithTheNumbers(GgufType type) {
    assertMessage(
        "W is 2 x 172: " + type + " cuts each row into blocks of 32, and 172 leaves a rest of 12",
        () -> type.quantize(Matrix.zeros(2, 172)));
    assertMessage(
        "2 x 64 weights in " + type + " are " + 4 * type.blockBytes() + " bytes, and there are 7",
        () -> GgufMatrix.wrap(type, 2, 64, new byte[7]));
    Matrix w = Matrix.zeros(2, 64);
    w.set(1, 33, Float.NaN);
    assertMessage("W(1, 33) is NaN", () -> type.quantize(w));
    GgufMatrix q = type.quantize(Matrix.zeros(2, 64));
    float[] x = new float[64];
    x[63] = Float.NEGATIVE_INFINITY;
    assertMessage(
        "X(0, 63) is -Infinity: activations in Q8_0",
        () -> q.multiplyQ8(PLAIN, Loop.sequential(), x, 0, new float[2], 0));
    x[63] = 65520f * 127;
    assertMessage(
        "X(0, 63) is 8321040.0",
        () -> q.multiplyQ8(PLAIN, Loop.sequential(), x, 0, new float[2], 0));
  }

  /**
   * Against double precision twice: with the quantised activations, where only the adding of blocks
   * rounds, and with the activations themselves, where half a step of each comes on top.
   */
  @ParameterizedTest
  @EnumSource(GgufType.class)
  void productsWithQuantisedActivationsAreWithinTheirBounds(GgufType type) {
    SeededRandom random = new SeededRandom(2);
    for (Kernels kernels : ProductsTest.kernels()) {
      for (int trial = 0; trial < 20; trial++) {
        int rows = 1 + random.below(40);
        int cols = 32 * (1 + random.below(8));
        int n = random.below(4);
        GgufMatrix w = type.quantize(random.gaussian(rows, cols, 0.3));
        Matrix wide = w.dequantize();
        Matrix x = ProductsTest.view(random, n, cols);
        Matrix xq = n == 0 ? x : GgufType.Q8_0.quantize(x).dequantize();
        Matrix y = ProductsTest.view(random, n, rows);
        w.multiplyTransposedQ8(kernels, Loop.sequential(), x, y);
        for (int i = 0; i < n; i++) {
          for (int r = 0; r < rows; r++) {
            double quantised = 0;
            double exact = 0;
            double step = 0;
            for (int j = 0; j < cols; j++) {
              double wj = wide.get(r, j);
              quantised += xq.get(i, j) * wj;
              exact += x.get(i, j) * wj;
              double d = Weights.absMax(x.data(), x.index(i, j / 32 * 32), 32) / 127;
              step += Math.abs(wj) * d * (0.5 + 127 * 0x1p-11);
            }
            double rounding = (cols / 32 + 8) * 0x1p-23 * magnitude(wide, xq, i, r);
            assertEquals(quantised, y.get(i, r), rounding, type + " " + kernels.name());
            assertEquals(exact, y.get(i, r), rounding + step, type + " " + kernels.name());
          }
        }
      }
    }
  }

  /** The magnitudes added: of each block's products, and of what is taken off or added for it. */
  static double magnitude(Matrix wide, Matrix x, int i, int r) {
    double sum = 0;
    for (int j = 0; j < wide.cols(); j++) {
      double largest = Weights.absMax(wide.data(), wide.index(r, j / 32 * 32), 32);
      sum += 3 * largest * Math.abs(x.get(i, j));
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void aVectorHasTheBitsOfARowAndTwoThreadsThoseOfOne(GgufType type) {
    SeededRandom random = new SeededRandom(3);
    GgufMatrix w = type.quantize(random.gaussian(67, 96, 1));
    Matrix x = random.gaussian(5, 96, 1);
    Matrix one = Matrix.zeros(5, 67);
    Matrix two = Matrix.zeros(5, 67);
    w.multiplyTransposedQ8(PLAIN, Loop.sequential(), x, one);
    try (Threads threads = Threads.of(2)) {
      w.multiplyTransposedQ8(PLAIN, threads, x, two);
      assertArrayEquals(
          type.quantize(x).bytes(), type.quantize(threads, x).bytes(), "quantising itself");
    }
    assertArrayEquals(one.data(), two.data());
    for (int i = 0; i < 5; i++) {
      float[] y = new float[70];
      w.multiplyQ8(PLAIN, Loop.sequential(), x.data(), x.index(i, 0), y, 2);
      assertArrayEquals(one.row(i), Matrix.view(y, 2, 1, 67, 67).row(0));
    }
  }

  @ParameterizedTest
  @EnumSource(GgufType.class)
  void aBlockTakenApartIsTheBlock(GgufType type) {
    GgufMatrix q = type.quantize(new SeededRandom(5).gaussian(3, 96, 1));
    int offset = type == GgufType.Q8_0 || type.hasMinimum() ? 0 : 1 << (type.payloadBits() - 1);
    for (int row = 0; row < 3; row++) {
      for (int block = 0; block < 3; block++) {
        GgufBlock b = q.explain(row, block);
        int at = (row * 3 + block) * type.blockBytes();
        assertArrayEquals(Arrays.copyOfRange(q.bytes(), at, at + type.blockBytes()), b.bytes());
        float[] whole = q.dequantize().row(row);
        for (int i = 0; i < 32; i++) {
          assertEquals(whole[block * 32 + i], b.values()[i]);
          assertEquals(b.d() * (b.codes()[i] - offset) + b.m(), b.values()[i] + 0f);
        }
      }
    }
    assertMessage("row 3, block 0 is outside of 3 rows of 3 blocks", () -> q.explain(3, 0));
    assertMessage("row 0, block 3 is outside", () -> q.explain(0, 3));
  }

  /** Where ggml's rule differs from others that agree on most input. */
  @Test
  void tiesSignsAndReciprocalsAsInGgml() {
    Matrix w = Matrix.zeros(1, 32);
    float[] ties = {127, 0.5f, 1.5f, 2.5f, -0.5f, -1.5f, -2.5f};
    System.arraycopy(ties, 0, w.data(), 0, ties.length);
    byte[] q8 = GgufType.Q8_0.quantize(w).bytes(); // d = 1
    assertArrayEquals(new byte[] {127, 1, 2, 3, -1, -2, -3, 0}, Arrays.copyOfRange(q8, 2, 10));

    w.fill(0);
    w.set(0, 0, 4); // 4 and -4 are equally large: the first gets code 0, so d is -0.5
    w.set(0, 1, -4);
    float[] back = GgufType.Q4_0.quantize(w).dequantize().data();
    assertEquals(4, back[0]);
    assertEquals(-3.5f, back[1]);
    assertEquals(-0f, back[2]); // -0.5 · (8 - 8)

    w.fill(0);
    w.set(0, 31, -0f); // not below 0: the minimum is 0 and not -0
    assertEquals(0, GgufType.Q4_1.quantize(w).bytes()[3]);

    w.fill(Float.MIN_VALUE); // 1/d is infinite: as if d were 0
    w.set(0, 1, -Float.MIN_VALUE);
    for (GgufType type : GgufType.values()) {
      byte[] tiny = type.quantize(w).bytes();
      byte[] zero = type.quantize(Matrix.zeros(1, 32)).bytes();
      tiny[1] = zero[1]; // the sign of d = ±0
      tiny[3] = type.hasMinimum() ? zero[3] : tiny[3]; // and of m
      assertArrayEquals(zero, tiny, type.name());
    }
  }

  @Test
  void theKernelsQuantiseToTheSameBytes() {
    SeededRandom random = new SeededRandom(4);
    Matrix w = ProductsTest.view(random, 33, 160);
    for (GgufType type : GgufType.values()) {
      byte[] bytes = type.quantize(w).bytes();
      for (Kernels kernels : ProductsTest.kernels()) {
        assertArrayEquals(bytes, type.quantize(kernels, Loop.sequential(), w).bytes());
      }
    }
  }

  /** More activations than are kept at a time. */
  @Test
  void manyTokensAreQuantisedByAndBy() {
    SeededRandom random = new SeededRandom(6);
    int n = Q8Activations.CODES / 2048 * 2 + 3;
    GgufMatrix w = GgufType.Q4_0.quantize(random.gaussian(2, 2048, 1));
    Matrix x = random.gaussian(n, 2048, 1);
    Matrix y = Matrix.zeros(n, 2);
    w.multiplyTransposedQ8(PLAIN, Loop.sequential(), x, y);
    for (int i = 0; i < n; i++) {
      float[] alone = new float[2];
      w.multiplyQ8(PLAIN, Loop.sequential(), x.data(), x.index(i, 0), alone, 0);
      assertArrayEquals(alone, y.row(i), "token " + i);
    }
  }

  private static void assertMessage(String beginning, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }
}

package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class RepackedMatrixTest {
  private static final int[] ROWS = {1, 2, 3, 7, 17, 31, 32, 33, 64, 65, 207};

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void theWeightsAreTheSame(GgufType type) {
    for (int rows : ROWS) {
      GgufMatrix w = type.quantize(new SeededRandom(rows).gaussian(rows, 96, 0.1));
      RepackedMatrix repacked = w.repacked();
      assertArrayEquals(w.dequantize().data(), repacked.dequantize().data());
      assertEquals(w.format(), repacked.format());
      assertEquals(w.payloadBytes(), repacked.payloadBytes());
      int padded = (rows + 31) / 32 * 32;
      assertEquals(padded * (3L * 4 * type.payloadBits() + 3 * 4), repacked.storageBytes());
    }
  }

  /** Any bytes may stand in a file: -128, and scales that are infinite or NaN. */
  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void bytesOfAFile(GgufType type) {
    SeededRandom random = new SeededRandom(8);
    byte[] bytes = new byte[(int) type.storageBytes(40, 64)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.coin() ? -128 : random.below(256));
    }
    GgufMatrix w = GgufMatrix.wrap(type, 40, 64, bytes);
    assertArrayEquals(w.dequantize().data(), w.repacked().dequantize().data());
    float[] x = random.gaussian(1, 64, 1).data();
    for (Kernels kernels : ProductsTest.kernels()) {
      float[] y = new float[40];
      float[] z = new float[40];
      w.multiplyQ8(kernels, Loop.sequential(), x, 0, y, 0);
      w.repacked().multiplyQ8(kernels, Loop.sequential(), x, 0, z, 0);
      for (int r = 0; r < 40; r++) {
        double largest = Weights.absMax(w.dequantize().row(r), 0, 64);
        assertEquals(Float.isFinite(y[r]), Float.isFinite(z[r]));
        if (Float.isFinite(y[r])) {
          assertEquals(y[r], z[r], 64 * 5 * largest * 0x1p-18);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void productsAreThoseOfTheFilesLayoutWithinTheBoundOfBoth(GgufType type) {
    SeededRandom random = new SeededRandom(2);
    for (Kernels kernels : ProductsTest.kernels()) {
      for (int rows : ROWS) {
        int cols = 32 * (1 + random.below(9));
        int n = random.below(4);
        GgufMatrix w = type.quantize(random.gaussian(rows, cols, 0.3));
        Matrix x = ProductsTest.view(random, n, cols);
        Matrix xq = n == 0 ? x : GgufType.Q8_0.quantize(x).dequantize();
        Matrix wide = w.dequantize();
        Matrix y = ProductsTest.view(random, n, rows);
        Matrix z = ProductsTest.view(random, n, rows);
        Matrix before = Matrix.wrap(z.data().clone(), 1, z.data().length);
        w.multiplyTransposedQ8(kernels, Loop.sequential(), x, y);
        w.repacked().multiplyTransposedQ8(kernels, Loop.sequential(), x, z);
        for (int i = 0; i < n; i++) {
          for (int r = 0; r < rows; r++) {
            double exact = 0;
            for (int j = 0; j < cols; j++) {
              exact += (double) xq.get(i, j) * wide.get(r, j);
            }
            double bound = (cols / 32 + 8) * 0x1p-23 * GgufTest.magnitude(wide, xq, i, r);
            assertEquals(exact, z.get(i, r), bound, type + " " + kernels.name());
            assertEquals(y.get(i, r), z.get(i, r), 2 * bound, type + " " + kernels.name());
            before.data()[z.index(i, r)] = z.get(i, r);
          }
        }
        assertArrayEquals(before.data(), z.data(), "wrote beside Y");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"Q8_0", "Q4_0"})
  void threadsAndNeighboursChangeNoBit(GgufType type) {
    SeededRandom random = new SeededRandom(3);
    RepackedMatrix w = type.quantize(random.gaussian(207, 96, 1)).repacked();
    Matrix x = random.gaussian(5, 96, 1);
    for (Kernels kernels : ProductsTest.kernels()) {
      Matrix one = Matrix.zeros(5, 207);
      Matrix two = Matrix.zeros(5, 207);
      w.multiplyTransposedQ8(kernels, Loop.sequential(), x, one);
      try (Threads threads = Threads.of(2)) {
        w.multiplyTransposedQ8(kernels, threads, x, two);
      }
      assertArrayEquals(one.data(), two.data());
      for (int i = 0; i < 5; i++) {
        float[] y = new float[210];
        w.multiplyQ8(kernels, Loop.sequential(), x.data(), x.index(i, 0), y, 2);
        assertArrayEquals(one.row(i), Matrix.view(y, 2, 1, 207, 207).row(0));
        assertEquals(0, y[1] + y[209]);
      }
    }
  }

  @Test
  void otherFormatsAndWrongShapesAreRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> GgufType.Q5_1.quantize(Matrix.zeros(1, 32)).repacked())
            .getMessage();
    assertEquals("the format is Q5_1: Q8_0 and Q4_0 can be repacked", message);
    RepackedMatrix w = GgufType.Q4_0.quantize(Matrix.zeros(3, 64)).repacked();
    Kernels kernels = ProductsTest.kernels().get(0);
    message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    w.multiplyTransposedQ8(
                        kernels, Loop.sequential(), Matrix.zeros(2, 63), Matrix.zeros(2, 3)))
            .getMessage();
    assertTrue(message.startsWith("X is 2 x 63, W is 3 x 64 and Y is 2 x 3"), message);
    float[] x = new float[64];
    x[5] = Float.NaN;
    assertThrows(
        IllegalArgumentException.class,
        () -> w.multiplyQ8(kernels, Loop.sequential(), x, 0, new float[3], 0));
    assertThrows(IllegalArgumentException.class, () -> w.dequantizeRow(3, x, 0));
  }
}

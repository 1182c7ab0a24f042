package org.workedanswers.quantization;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** Products with float activations, every format, against the widened matrix in double. */
class ProductsTest {
  static List<Kernels> kernels() {
    List<Kernels> kernels = new ArrayList<>(List.of(PlainKernels.PLAIN));
    if (KernelsChoice.best() != PlainKernels.PLAIN) {
      kernels.add(KernelsChoice.best());
    }
    return kernels;
  }

  @Test
  void productsAreWithinTheStatedErrorOfDoublePrecision() {
    SeededRandom random = new SeededRandom(1);
    for (Format format : FormatTest.all()) {
      for (Kernels kernels : kernels()) {
        for (int rows : new int[] {1, 2, 7, 8, 9, 31, 65}) {
          int cols = 192 * (1 + random.below(2));
          int n = random.below(6);
          QuantizedMatrix w = format.quantize(random.gaussian(rows, cols, 0.5));
          Matrix x = view(random, n, cols);
          Matrix y = view(random, n, rows);
          y.fill(Float.NaN);
          w.multiplyTransposed(kernels, Loop.sequential(), x, y);
          Matrix wide = w.dequantize();
          for (int i = 0; i < n; i++) {
            for (int r = 0; r < rows; r++) {
              double exact = 0;
              double magnitude = 0;
              for (int j = 0; j < cols; j++) {
                exact += (double) x.get(i, j) * wide.get(r, j);
                magnitude += Math.abs((double) x.get(i, j) * wide.get(r, j));
              }
              assertEquals(exact, y.get(i, r), cols * 0x1p-23 * magnitude, w.format());
            }
          }
        }
      }
    }
  }

  @Test
  void aVectorHasTheBitsOfARowAndTwoThreadsThoseOfOne() {
    SeededRandom random = new SeededRandom(2);
    try (Threads two = Threads.of(2)) {
      for (Format format : FormatTest.all()) {
        for (Kernels kernels : kernels()) {
          QuantizedMatrix w = format.quantize(random.gaussian(67, 192, 1));
          Matrix x = random.gaussian(5, 192, 1);
          Matrix one = Matrix.zeros(5, 67);
          Matrix other = Matrix.zeros(5, 67);
          w.multiplyTransposed(kernels, Loop.sequential(), x, one);
          w.multiplyTransposed(kernels, two, x, other);
          assertArrayEquals(one.data(), other.data());
          for (int i = 0; i < 5; i++) {
            float[] y = new float[70];
            w.multiply(kernels, two, x.data(), x.index(i, 0), y, 2);
            Matrix row = Matrix.view(y, 2, 1, 67, 67);
            assertArrayEquals(one.row(i), row.row(0));
            assertEquals(0, y[1] + y[69]);
          }
        }
      }
    }
  }

  @Test
  void shapesThatDoNotFitAreNamed() {
    QuantizedMatrix w = Nf4.qlora().quantize(Matrix.zeros(3, 64));
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    w.multiplyTransposed(
                        PlainKernels.PLAIN,
                        Loop.sequential(),
                        Matrix.zeros(2, 63),
                        Matrix.zeros(2, 3)))
            .getMessage();
    assertTrue(message.startsWith("X is 2 x 63, W is 3 x 64 and Y is 2 x 3"), message);
    assertThrows(
        IllegalArgumentException.class,
        () -> w.multiply(PlainKernels.PLAIN, Loop.sequential(), new float[64], 1, new float[3], 0));
  }

  static Matrix view(SeededRandom random, int rows, int cols) {
    int stride = cols + random.below(4);
    int offset = random.below(5);
    float[] data = new float[offset + rows * stride + cols];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) random.gaussian();
    }
    return Matrix.view(data, offset, rows, cols, stride);
  }
}

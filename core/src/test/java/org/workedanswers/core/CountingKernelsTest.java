package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.core.PlainKernels.PLAIN;

import org.junit.jupiter.api.Test;

class CountingKernelsTest {
  private final CountingKernels kernels = new CountingKernels(PLAIN);

  @Test
  void productsByWhateverDoor() {
    SeededRandom random = new SeededRandom(3);
    Matrix a = random.gaussian(5, 7, 1);
    Matrix b = random.gaussian(7, 3, 1);
    assertArrayEquals(PLAIN.multiply(a, b).data(), kernels.multiply(a, b).data());
    assertEquals(5 * 7 * 3, kernels.multiplyAdds());
    assertArrayEquals(
        PLAIN.multiplyTransposed(a, b.transposed()).data(),
        kernels.multiplyTransposed(a, b.transposed()).data());
    assertEquals(2 * 5 * 7 * 3, kernels.multiplyAdds());
    kernels.reset();
    try (Threads two = Threads.of(2)) {
      kernels.gemm(two, 1, a, Op.T, random.gaussian(5, 2, 1), Op.N, 0, Matrix.zeros(7, 2));
    }
    assertEquals(7 * 2 * 5, kernels.multiplyAdds());
    kernels.gemm(0, a, Op.N, b, Op.N, 0, Matrix.zeros(5, 3));
    assertEquals(7 * 2 * 5, kernels.multiplyAdds());
  }

  @Test
  void tilesOfAttention() {
    Packed b = new Packed(7, 20, kernels.panelWidth());
    b.set(new SeededRandom(3).gaussian(7, 20, 1), Op.N);
    Matrix c = Matrix.zeros(5, kernels.panelWidth());
    kernels.gemm(Matrix.zeros(5, 4), b, 2, 0, true, c);
    assertEquals(PLAIN.panelWidth(), kernels.panelWidth());
    assertEquals(5L * 4 * c.cols(), kernels.multiplyAdds(), "with those of padding");
    kernels.onlineSoftmax(c, new float[5], new float[5], new float[5]);
    assertEquals(5 * (c.cols() + 1), kernels.exponentials(), "one a score and one for α");
    assertEquals((float) Math.exp(0), c.get(4, 2));
    assertEquals(5L * 4 * c.cols(), kernels.multiplyAdds());
  }

  @Test
  void vectorsAndExponentials() {
    float[] x = {1, 2, 3, 4};
    byte[] q = {1, 2, 3, 4};
    assertEquals(30, kernels.dot(4, x, 0, x, 0));
    float[] y = new float[2];
    kernels.dots(2, 3, x, 0, x, new int[] {0, 1}, y);
    assertArrayEquals(new float[] {14, 20}, y);
    kernels.axpy(3, 1, x, 0, new float[3], 0);
    assertEquals(30, kernels.dotFloatInt8(4, x, 0, q, 0));
    assertEquals(4 + 2 * 3 + 3 + 4, kernels.multiplyAdds());
    InterleavedBytes w = new InterleavedBytes(33, 3);
    w.put(32, q, 1);
    short[] sums = new short[32];
    kernels.dotsInt8(w, 1, 2, q, 0, sums, 0);
    assertEquals(2 + 2 * 3 + 3 * 4, sums[0]);
    kernels.dotsInt8(w, 2, 2, q, 0, sums, 0);
    assertEquals(4 + 2 * 3 + 3 + 4 + 3, kernels.multiplyAdds(), "without rows that fill up");
    int[] wide = new int[2];
    kernels.dotsInt8(2, 3, q, 1, q, new int[] {0, 1}, wide);
    assertArrayEquals(new int[] {20, 29}, wide);
    assertEquals(4 + 2 * 3 + 3 + 4 + 3 + 2 * 3, kernels.multiplyAdds());
    assertEquals(0, kernels.exponentials());
    kernels.exp(2, x, 0, new float[2], 0);
    kernels.softmaxRows(Matrix.zeros(3, 5));
    assertEquals(2 + 15, kernels.exponentials());
    assertEquals("plain", kernels.name());
    assertEquals(true, kernels.sumsByInnerSizeAlone());
  }

  @Test
  void blocks() {
    float[] f = {1, 1, 1};
    short[] x = new short[96];
    byte[] q = new byte[96];
    kernels.dotBlocksInt8(3, q, 0, 32, f, 0, x, 0);
    kernels.dotBlocksInt4(1, q, 0, 16, 8, f, 0, x, 0);
    kernels.dotsGguf(8, 1, 1, q, 0, x, 0, f, 0, new float[1], 0);
    assertEquals(5 * 32, kernels.multiplyAdds());
    kernels.multiply(new Interleaved(4, 40, 3), 0, 2, x, 0, f, 0, new float[40], 0);
    kernels.multiply(new Interleaved(8, 40, 1), 1, 2, x, 0, f, 0, new float[40], 0);
    assertEquals(5 * 32 + 40 * 3 * 32 + 8 * 32, kernels.multiplyAdds());
    assertEquals(3, kernels.quantizeInt8(3, new float[96], 0, q, 0, 32, f, 0));
    assertEquals(3, kernels.quantizeInt4(3, new float[96], 0, q, 0, 32, f, 0));
    assertEquals(5 * 32 + 40 * 3 * 32 + 8 * 32, kernels.multiplyAdds());
  }
}

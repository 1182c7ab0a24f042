package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.core.BlockedKernels.BLOCKED;
import static org.workedanswers.core.PlainKernels.PLAIN;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** The blocked kernels keep the contract, and their products are those of plain, bit for bit. */
class BlockedKernelsTest extends KernelsConformance {
  private static final int[] INNER = {0, 1, 3, 4, 5, 7, 127, 128, 129, 131, 260};

  @Override
  protected Kernels kernels() {
    return BLOCKED;
  }

  @Test
  void aProductHasTheBitsOfThePlainOneAcrossBlocks() {
    int[] rows = {1, 2, 3, 4, 5, 17, 128, 131, 257};
    int[] cols = {1, 2, 3, 5, 8, 33, 512, 513, 1029};
    for (int round = 0; round < 160; round++) {
      SeededRandom random = new SeededRandom(round);
      int m = rows[random.below(rows.length)];
      int n = cols[random.below(m > 5 ? 6 : cols.length)];
      int k = INNER[random.below(INNER.length)];
      Op opA = random.coin() ? Op.N : Op.T;
      Op opB = random.coin() ? Op.N : Op.T;
      Matrix a = view(random, opA == Op.N ? m : k, opA == Op.N ? k : m);
      Matrix b = view(random, opB == Op.N ? k : n, opB == Op.N ? n : k);
      Matrix c = view(random, m, n);
      Matrix want = c.copy();
      float beta = round % 3 == 0 ? 0 : 0.7f;
      PLAIN.gemm(1.3f, a, opA, b, opB, beta, want);
      BLOCKED.gemm(1.3f, a, opA, b, opB, beta, c);
      assertArrayEquals(want.data(), c.copy().data(), opA + "" + opB + m + "x" + k + "x" + n);
    }
  }

  private static Matrix view(SeededRandom random, int rows, int cols) {
    int left = random.below(4);
    return random.gaussian(rows, left + cols + random.below(4), 1).columns(left, left + cols);
  }

  @Test
  void nothingIsAllocatedAfterTheFirstCall() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long self = Thread.currentThread().getId();
    SeededRandom random = new SeededRandom(1);
    Matrix a = random.gaussian(7, 65, 1);
    Matrix b = random.gaussian(65, 33, 1);
    Matrix bt = b.transposed();
    Matrix c = Matrix.zeros(7, 33);
    Matrix row = a.rows(0, 1);
    Matrix out = c.rows(0, 1);
    long allocated = 0;
    for (int call = 0; call < 3; call++) {
      long before = threads.getThreadAllocatedBytes(self);
      BLOCKED.gemm(1, a, Op.N, b, Op.N, 0, c);
      BLOCKED.gemm(1, a, Op.N, bt, Op.T, 0, c);
      BLOCKED.gemm(1, row, Op.N, bt, Op.T, 0, out);
      BLOCKED.exp(65, a.data(), 0, a.data(), 0);
      BLOCKED.softmaxRows(c);
      allocated = threads.getThreadAllocatedBytes(self) - before;
    }
    assertEquals(0, allocated);
  }

  @Test
  void eachSumOfADotTakesEveryFourthProduct() {
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    for (int n = 0; n <= x.length; n++) {
      assertEquals(n * (n + 1) / 2f, BLOCKED.dot(n, x, 0, ones, 1));
    }
    // 2²⁴ + 1 is rounded away in one sum, and kept where 1 stands in another.
    float[] apart = {0x1p24f, 1, 1, 0, -0x1p24f};
    assertEquals(2, BLOCKED.dot(5, apart, 0, ones, 0));
  }
}

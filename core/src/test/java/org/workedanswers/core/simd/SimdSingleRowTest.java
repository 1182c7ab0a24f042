package org.workedanswers.core.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;

/** A row with rows of an array that no cache holds, held against the form for small ones. */
class SimdSingleRowTest {
  private static final int[] SIZES = {1, 2, 3, 7, 17, 31, 33, 64, 65, 207, 1025, 2055};

  @BeforeAll
  static void needsTheVectorModule() {
    assumeTrue(SimdLookup.unavailable().isEmpty(), () -> SimdLookup.unavailable().orElseThrow());
  }

  @Test
  void theBitsAreThoseOfRowsInASmallArray() {
    for (int k : SIZES) {
      SeededRandom random = new SeededRandom(k);
      for (int n = 0; n < 8; n++) {
        // B ends with its array or before it, and its rows stand apart or do not.
        Matrix b =
            random
                .gaussian(n + 1 + random.below(3), k + random.below(2) * 5, 1)
                .rows(1, n + 1)
                .columns(0, k);
        Matrix a = random.gaussian(2, k + 3, 1).rows(1, 2).columns(3, k + 3);
        Matrix c = random.gaussian(2, n + 2, 1).rows(1, 2).columns(1, n + 1);
        for (float beta : new float[] {0, -0.5f}) {
          Matrix expected = c.copy();
          SimdDotProducts.gemm(new float[SimdDotProducts.LANES], 1.5f, a, b, beta, expected);
          Matrix got = c.copy();
          SimdSingleRow.gemm(new float[SimdDotProducts.LANES], 1.5f, a, b, beta, got);
          assertArrayEquals(expected.data(), got.data(), "1 x " + k + " x " + n);
        }
      }
    }
  }

  @Test
  void aRowAloneHasTheBitsOfTheRowAmongManyInALargeArray() {
    SeededRandom random = new SeededRandom(1);
    float[] large = new float[SimdSingleRow.CACHED + 1];
    Matrix b = Matrix.view(large, large.length - 31 * 70, 31, 67, 70); // to the last element but 3
    for (int i = 0; i < 31; i++) {
      System.arraycopy(random.gaussian(1, 67, 1).data(), 0, large, b.index(i, 0), 67);
    }
    Matrix a = random.gaussian(40, 67, 1);
    Matrix c = Matrix.zeros(40, 31);
    SimdLookup.kernels().gemm(1, a, Op.N, b, Op.T, 0, c);
    for (int i = 0; i < 40; i++) {
      Matrix alone = Matrix.zeros(1, 31);
      SimdLookup.kernels().gemm(1, a.rows(i, i + 1), Op.N, b, Op.T, 0, alone);
      assertArrayEquals(c.rows(i, i + 1).copy().data(), alone.data());
    }
  }
}

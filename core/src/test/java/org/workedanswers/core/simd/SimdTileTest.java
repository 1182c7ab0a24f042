package org.workedanswers.core.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

/** Both tiles, whichever of them this processor's products take. */
class SimdTileTest {
  private static final float GUARD = 1e30f;

  @BeforeAll
  static void needsTheVectorModule() {
    assumeTrue(SimdLookup.unavailable().isEmpty(), () -> SimdLookup.unavailable().orElseThrow());
  }

  private interface Product {
    void run(int k, float[] rows, int ro, float[] columns, int co, float[] tile, int to);
  }

  @Test
  void theNarrowTileIsThatOfDoublePrecision() {
    check(SimdNarrowTile.ROWS, SimdNarrowTile.VECTORS, SimdNarrowTile::product);
  }

  @Test
  void theWideTileIsThatOfDoublePrecision() {
    check(SimdWideTile.ROWS, SimdWideTile.VECTORS, SimdWideTile::product);
  }

  private static void check(int m, int vectors, Product product) {
    int n = vectors * SimdKernels.F.length();
    for (int k : new int[] {0, 1, 2, 3, 7, 17, 33, 65, 207}) {
      SeededRandom random = new SeededRandom(k);
      int ro = random.below(5);
      int co = random.below(5);
      int to = random.below(5);
      float[] rows = random.gaussian(1, ro + k * m + 1, 1).data();
      float[] columns = random.gaussian(1, co + k * n + 1, 1).data();
      float[] before = random.gaussian(1, m * n, 1).data();
      float[] tile = new float[to + m * n + 2];
      Arrays.fill(tile, GUARD);
      System.arraycopy(before, 0, tile, to, m * n);
      product.run(k, rows, ro, columns, co, tile, to);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double sum = before[i * n + j];
          double magnitude = Math.abs(sum);
          for (int p = 0; p < k; p++) {
            double part = (double) rows[ro + p * m + i] * columns[co + p * n + j];
            sum += part;
            magnitude += Math.abs(part);
          }
          String what = "k = " + k + ", element " + i + ", " + j;
          assertEquals(sum, tile[to + i * n + j], (k + 2) * 0x1p-23 * magnitude, what);
        }
      }
      for (int i = 0; i < tile.length; i++) {
        if (i < to || i >= to + m * n) {
          assertEquals(GUARD, tile[i], "beside the tile at " + i);
        }
      }
    }
  }
}

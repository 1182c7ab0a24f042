package org.workedanswers.core.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;

/** The forms of the product agree where blocks of steps, rows and columns meet. */
class SimdGemmTest {
  @BeforeAll
  static void needsTheVectorModule() {
    assumeTrue(SimdLookup.unavailable().isEmpty(), () -> SimdLookup.unavailable().orElseThrow());
  }

  /** Few rows and many take different forms; k passes the depth of both kinds of block. */
  @Test
  void aRowAloneHasTheBitsOfTheRowAmongMany() {
    Kernels simd = SimdLookup.kernels();
    int[] inner = {1, 15, 33, 513, 1030, 2055};
    for (int round = 0; round < 4 * inner.length; round++) {
      SeededRandom random = new SeededRandom(round);
      int k = inner[round / 4];
      int m = 33 + random.below(9);
      int n = 1 + random.below(20);
      Op opA = round % 2 == 0 ? Op.N : Op.T;
      Op opB = round / 2 % 2 == 0 ? Op.N : Op.T;
      Matrix a = opA == Op.N ? random.gaussian(m, k, 1) : random.gaussian(k, m, 1);
      Matrix b = opB == Op.N ? random.gaussian(k, n, 1) : random.gaussian(n, k, 1);
      Matrix c = random.gaussian(m, n, 1);
      Matrix byParts = c.copy();
      Matrix before = c.copy();
      simd.gemm(1.5f, a, opA, b, opB, 0.5f, c);
      for (int from = 0; from < m; ) {
        int to = Math.min(m, from + 1 + random.below(7));
        Matrix some = opA.rows(a, from, to);
        simd.gemm(1.5f, some, opA, b, opB, 0.5f, byParts.rows(from, to));
        from = to;
      }
      String what = opA + "" + opB + " " + m + "x" + k + "x" + n;
      assertArrayEquals(c.data(), byParts.data(), what);
      int i = random.below(m);
      int j = random.below(n);
      double sum = 0;
      double absolute = 0;
      for (int p = 0; p < k; p++) {
        double product =
            (double) (opA == Op.N ? a.get(i, p) : a.get(p, i))
                * (opB == Op.N ? b.get(p, j) : b.get(j, p));
        sum += product;
        absolute += Math.abs(product);
      }
      double exact = 1.5 * sum + 0.5 * before.get(i, j);
      double scale = 1.5 * absolute + Math.abs(0.5 * before.get(i, j));
      assertEquals(exact, c.get(i, j), (k + 2) * 0x1p-23 * scale, what);
    }
  }

  /** A product of ones and of the numbers of rows and columns is exact in any order. */
  @Test
  void everyElementIsWhereItBelongsAcrossBlocksOfRowsAndColumns() {
    Kernels simd = SimdLookup.kernels();
    for (Op opA : Op.values()) {
      for (Op opB : Op.values()) {
        for (int[] shape : new int[][] {{400, 9, 513}, {61, 5, 2050}, {8, 1100, 520}}) {
          int m = shape[0];
          int n = shape[1];
          int k = shape[2];
          Matrix a = opA == Op.N ? Matrix.zeros(m, k) : Matrix.zeros(k, m);
          Matrix b = opB == Op.N ? Matrix.zeros(k, n) : Matrix.zeros(n, k);
          for (int i = 0; i < m; i++) { // row i: i + 1 at one step
            a.set(opA == Op.N ? i : i * 7 % k, opA == Op.N ? i * 7 % k : i, i + 1);
          }
          for (int p = 0; p < k; p++) {
            for (int j = 0; j < n; j++) {
              b.set(opB == Op.N ? p : j, opB == Op.N ? j : p, (p + 3 * j) % 1000);
            }
          }
          Matrix c = Matrix.zeros(m, n);
          simd.gemm(1, a, opA, b, opB, 0, c);
          for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
              float want = (i + 1) * ((i * 7 % k + 3 * j) % 1000);
              assertEquals(want, c.get(i, j), opA + "" + opB + " " + i + ", " + j);
            }
          }
        }
      }
    }
  }

  @Test
  void nothingIsDoneForEmptyMatricesHoweverLongTheirSums() {
    Matrix c = Matrix.zeros(0, 0);
    Matrix wide = Matrix.zeros(0, Integer.MAX_VALUE);
    Matrix high = Matrix.zeros(Integer.MAX_VALUE, 0);
    SimdLookup.kernels().gemm(1, wide, Op.N, high, Op.N, 0, c);
    SimdLookup.kernels().gemm(1, wide, Op.N, wide, Op.T, 0, c);
    assertEquals(0, c.data().length);
  }
}

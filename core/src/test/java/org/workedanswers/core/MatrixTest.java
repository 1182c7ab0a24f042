package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class MatrixTest {
  /** Element (i, j) of a rows x cols matrix has the value 100 i + j. */
  private static Matrix numbered(int rows, int cols) {
    Matrix m = Matrix.zeros(rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, 100 * i + j);
      }
    }
    return m;
  }

  @Test
  void aViewOfAViewSharesTheArrayAndItsElementsStandWhereTheyShould() {
    for (int round = 0; round < 200; round++) {
      SeededRandom random = new SeededRandom(round);
      int rows = random.below(9);
      int cols = random.below(9);
      Matrix m = numbered(rows, cols);
      int r0 = random.below(rows + 1);
      int r1 = r0 + random.below(rows - r0 + 1);
      int c0 = random.below(cols + 1);
      int c1 = c0 + random.below(cols - c0 + 1);
      Matrix v = random.coin() ? m.rows(r0, r1).columns(c0, c1) : m.columns(c0, c1).rows(r0, r1);
      assertSame(m.data(), v.data());
      assertEquals(r1 - r0, v.rows());
      assertEquals(c1 - c0, v.cols());
      Matrix copy = v.copy();
      Matrix t = v.transposed();
      assertNotSame(m.data(), copy.data());
      for (int i = 0; i < v.rows(); i++) {
        for (int j = 0; j < v.cols(); j++) {
          float x = 100 * (r0 + i) + c0 + j;
          assertEquals(x, v.get(i, j));
          assertEquals(x, copy.get(i, j));
          assertEquals(x, t.get(j, i));
          assertEquals(x, v.row(i)[j]);
          assertEquals(x, v.toArray()[i][j]);
        }
      }
      v.fill(-1);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          boolean inside = i >= r0 && i < r1 && j >= c0 && j < c1;
          assertEquals(inside ? -1 : 100 * i + j, m.get(i, j));
        }
      }
    }
  }

  @Test
  void matricesAreMadeOfRowsArraysAndParts() {
    Matrix m = Matrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, m.data());
    assertEquals("2 x 3", m.toString());
    float[] data = {1, 2, 3, 4, 5, 6};
    assertSame(data, Matrix.wrap(data, 3, 2).data());
    assertEquals(6, Matrix.view(data, 1, 2, 2, 3).get(1, 1));
    assertEquals(0, Matrix.of(new float[0][]).cols());
    Matrix target = Matrix.zeros(2, 3);
    target.set(m);
    assertArrayEquals(m.data(), target.data());
  }

  @Test
  void whatDoesNotFitIsRefusedWithItsNumbers() {
    refused(() -> Matrix.zeros(-1, 2), "-1 x 2");
    refused(() -> Matrix.zeros(65_536, 65_536), "65536 x 65536");
    refused(() -> Matrix.zeros(46_341, 46_341), "46341 x 46341");
    refused(() -> Matrix.of(new float[][] {{1, 2}, {3}}), "row 1 has 1");
    refused(() -> Matrix.wrap(new float[5], 2, 3), "needs 6");
    refused(() -> Matrix.view(new float[9], 0, 2, 4, 3), "stride is 3");
    refused(() -> Matrix.view(new float[9], 1, 3, 3, 3), "ends at 10");
    refused(() -> Matrix.view(new float[9], -1, 1, 1, 1), "offset -1");
    refused(() -> Matrix.view(new float[9], 0, 3, 1, 1 << 30), "stride 1073741824");
    Matrix m = numbered(4, 5);
    refused(() -> m.get(4, 0), "(4, 0)");
    refused(() -> m.get(0, 5), "(0, 5)");
    refused(() -> m.get(-1, 0), "(-1, 0)");
    refused(() -> m.set(0, -1, 1), "(0, -1)");
    refused(() -> m.rows(3, 2), "rows 3 to 2");
    refused(() -> m.rows(0, 5), "4 x 5");
    refused(() -> m.columns(-1, 2), "columns -1 to 2");
    refused(() -> m.columns(0, 6), "0 to 6");
    refused(() -> m.set(Matrix.zeros(5, 4)), "5 x 4");
  }

  private static void refused(Executable call, String part) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(part), e.getMessage());
  }

  @Test
  void opsReadRowsOfTheTranspose() {
    Matrix m = numbered(3, 5);
    assertEquals(5, Op.T.rows(m));
    assertEquals(3, Op.T.cols(m));
    assertEquals(3, Op.N.rows(m));
    assertEquals(5, Op.N.cols(m));
    assertEquals("2 x 5", Op.N.rows(m, 1, 3).toString());
    Matrix part = Op.T.rows(m, 1, 3);
    assertEquals("3 x 2", part.toString());
    assertEquals(202, part.get(2, 1));
  }
}

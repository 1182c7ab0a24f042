package org.workedanswers.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class IndArraysTest {
  @BeforeAll
  static void needsTheNatives() {
    var why = new Nd4jKernelsProvider().unavailable();
    assumeTrue(why.isEmpty(), () -> why.orElseThrow());
  }

  private static final int[] SIZES = {0, 1, 2, 3, 7, 17, 31, 33, 65};

  /** A view with an offset and a stride into a larger array of other numbers. */
  private static Matrix view(SeededRandom random, int rows, int cols) {
    int offset = random.below(5);
    int stride = cols + random.below(4);
    Matrix whole = random.gaussian(1, offset + rows * stride + 3, 1);
    return Matrix.view(whole.data(), offset, rows, cols, stride);
  }

  @Test
  void elementsKeepTheirPlacesOnTheWayInAndBack() {
    for (int round = 0; round < 200; round++) {
      SeededRandom random = new SeededRandom(round);
      int rows = SIZES[random.below(SIZES.length)];
      int cols = SIZES[random.below(SIZES.length)];
      Matrix m = view(random, rows, cols);
      try (INDArray array = IndArrays.of(m)) {
        assertArrayEquals(new long[] {rows, cols}, array.shape());
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < cols; j++) {
            assertEquals(m.get(i, j), array.getFloat(i, j));
          }
        }
        Matrix back = IndArrays.matrix(array);
        assertEquals(rows + " x " + cols, back.toString());
        assertArrayEquals(m.copy().data(), back.data());
      }
    }
  }

  @Test
  void anArrayInAnyOrderOrAViewOfOneKeepsItsElements() {
    for (int round = 0; round < 100; round++) {
      SeededRandom random = new SeededRandom(round);
      int rows = 4 + random.below(20); // ND4J refuses a step that is longer than the side
      int cols = 4 + random.below(20);
      Matrix m = random.gaussian(rows, cols, 1);
      INDArray c = IndArrays.of(m);
      INDArray f = c.dup('f');
      assertArrayEquals(m.data(), IndArrays.matrix(f).data());
      assertArrayEquals(m.transposed().data(), IndArrays.matrix(c.transpose()).data());
      assertArrayEquals(m.transposed().data(), IndArrays.matrix(f.transpose()).data());
      int top = random.below(rows);
      int left = random.below(cols);
      for (INDArray array : new INDArray[] {c, f}) {
        INDArray corner =
            array.get(NDArrayIndex.interval(top, rows), NDArrayIndex.interval(left, cols));
        assertArrayEquals(
            m.rows(top, rows).columns(left, cols).copy().data(), IndArrays.matrix(corner).data());
        INDArray everyOther =
            array.get(NDArrayIndex.interval(0, 2, rows), NDArrayIndex.interval(0, 3, cols));
        Matrix picked = IndArrays.matrix(everyOther);
        for (int i = 0; i < picked.rows(); i++) {
          for (int j = 0; j < picked.cols(); j++) {
            assertEquals(m.get(2 * i, 3 * j), picked.get(i, j));
          }
        }
        INDArray column = array.getColumn(left);
        Matrix row = IndArrays.matrix(column);
        assertEquals("1 x " + rows, row.toString());
        assertArrayEquals(m.columns(left, left + 1).copy().data(), row.data());
      }
    }
  }

  @Test
  void theCopiesAreTheirOwn() {
    Matrix m = new SeededRandom(1).gaussian(3, 4, 1);
    INDArray array = IndArrays.of(m);
    float before = m.get(1, 1);
    m.set(1, 1, 99);
    assertEquals(before, array.getFloat(1, 1));
    Matrix back = IndArrays.matrix(array);
    array.putScalar(1, 1, 55);
    assertEquals(before, back.get(1, 1));
  }

  @Test
  void whatIsNoFloatMatrixIsRefusedWithItsShapeOrType() {
    String shape =
        assertThrows(
                IllegalArgumentException.class,
                () -> IndArrays.matrix(Nd4j.zeros(DataType.FLOAT, 2, 3, 4)))
            .getMessage();
    assertTrue(shape.contains("[2, 3, 4]"), shape);
    assertThrows(
        IllegalArgumentException.class, () -> IndArrays.matrix(Nd4j.scalar(DataType.FLOAT, 1)));
    String type =
        assertThrows(
                IllegalArgumentException.class,
                () -> IndArrays.matrix(Nd4j.zeros(DataType.DOUBLE, 2, 3)))
            .getMessage();
    assertTrue(type.contains("DOUBLE") && type.contains("FLOAT"), type);
  }
}

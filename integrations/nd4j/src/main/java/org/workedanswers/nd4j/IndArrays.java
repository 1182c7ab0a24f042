package org.workedanswers.nd4j;

import java.util.Arrays;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * ND4J's arrays in and out. An {@code INDArray} keeps its values outside of Java's heap, so every
 * way in or out is a copy.
 *
 * <p>Element (i, j) stays element (i, j), whatever order, strides or offset either side has. Sizes
 * may be zero.
 */
public final class IndArrays {
  private IndArrays() {}

  /** A new [rows x cols] array in C order (row by row) with the values of {@code m}. */
  public static INDArray of(Matrix m) {
    INDArray array = uninitialized(m.rows(), m.cols(), 'c');
    if (array.isEmpty()) {
      return array;
    }
    FloatPointer values = values(array);
    if (m.stride() == m.cols()) {
      values.put(m.data(), m.offset(), m.rows() * m.cols());
      return array;
    }
    for (int i = 0; i < m.rows(); i++) {
      values.position((long) i * m.cols()).put(m.data(), m.index(i, 0), m.cols());
    }
    return array;
  }

  /** A new array of n values: x[xo] to x[xo+n-1]. */
  static INDArray of(int n, float[] x, int xo) {
    return of(Matrix.view(x, xo, 1, n, n)).reshape(n);
  }

  /**
   * A new matrix with the values of an array of two dimensions, or of one dimension as one row.
   *
   * @throws IllegalArgumentException if the array has another number of dimensions, is not float32,
   *     or has more elements than one Java array can hold
   */
  public static Matrix matrix(INDArray array) {
    Check.that(
        array.rank() == 1 || array.rank() == 2,
        "the array has the shape %s: a matrix has one dimension or two",
        Arrays.toString(array.shape()));
    Check.that(
        array.dataType() == DataType.FLOAT,
        "the array is of type %s: it must be FLOAT, as array.castTo(DataType.FLOAT) gives",
        array.dataType());
    long rows = array.rank() == 1 ? 1 : array.size(0);
    long cols = array.size(array.rank() - 1);
    int elements = Check.elements("array", rows, cols);
    Matrix m = Matrix.zeros((int) rows, (int) cols);
    if (elements > 0) {
      if (isRowByRow(array)) {
        values(array).get(m.data(), 0, elements);
      } else {
        try (INDArray rowByRow = array.dup('c')) {
          values(rowByRow).get(m.data(), 0, elements);
        }
      }
    }
    return m;
  }

  /** Whether the values stand in the array's memory in C order, from its start, without gaps. */
  private static boolean isRowByRow(INDArray array) {
    return array.ordering() == 'c' && !array.isView();
  }

  /** A new float32 array whose values are not set. */
  static INDArray uninitialized(long rows, long cols, char order) {
    if (rows == 0 || cols == 0) {
      return Nd4j.create(DataType.FLOAT, rows, cols);
    }
    return Nd4j.createUninitialized(DataType.FLOAT, new long[] {rows, cols}, order);
  }

  /** The memory of an array that is no view. */
  static FloatPointer values(INDArray array) {
    return new FloatPointer(array.data().pointer());
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/** Products with float activations that any format has: widen a few rows, multiply, go on. */
final class RowProducts {
  private RowProducts() {}

  static void multiplyTransposed(
      QuantizedMatrix w, Kernels kernels, Loop loop, Matrix x, Matrix y) {
    checkShapes(w, x, y);
    loop.ranges(
        w.rows(),
        (from, to) -> {
          int height = Math.min(QuantizedMatrix.TILE, to - from);
          Matrix tile = Matrix.zeros(height, w.cols());
          for (int first = from; first < to; first += height) {
            int end = Math.min(first + height, to);
            for (int i = first; i < end; i++) {
              w.dequantizeRow(i, tile.data(), tile.index(i - first, 0));
            }
            // Y[:, first..end] = X tileᵀ   [n x (end - first)]
            kernels.gemm(1, x, Op.N, tile.rows(0, end - first), Op.T, 0, y.columns(first, end));
          }
        });
  }

  static void checkShapes(QuantizedMatrix w, Matrix x, Matrix y) {
    if (x.cols() != w.cols() || y.rows() != x.rows() || y.cols() != w.rows()) {
      Check.that( // asked here: each call would pay for boxing
          false,
          "X is %s, W is %d x %d and Y is %s: they must be n x cols, rows x cols and n x rows",
          x,
          w.rows(),
          w.cols(),
          y);
    }
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/** {@link Gptq}'s way through the columns: plain, and by blocks. */
final class GptqSweep {
  /** Rows of W that use a row of U while it is near. */
  private static final int TILE = 8;

  private final GridWriter grids;

  /** U, row-major. */
  private final double[] u;

  /** Column k is input order[k]. */
  private final int[] order;

  private final int block;
  private final boolean whenReached;

  /**
   * @param whenReached whether a grid may be set when its first column is reached, the columns
   *     being in order
   */
  GptqSweep(GridWriter grids, double[] u, int[] order, int block, boolean whenReached) {
    this.grids = grids;
    this.u = u;
    this.order = order;
    this.block = block;
    this.whenReached = whenReached && !grids.together();
  }

  /** Algorithm 1 without its blocks. */
  void byColumns(Loop loop, Matrix w) {
    setGrids(loop, w);
    int n = order.length;
    double[][] rest = new double[w.rows()][n]; // W as it is updated
    loop.forEach(w.rows(), i -> read(w, i, rest[i]));
    for (int k = 0; k < n; k++) {
      int column = k;
      loop.forEach(
          w.rows(),
          i -> {
            double e = round(i, column, rest[i]);
            for (int j = column + 1; j < n; j++) {
              rest[i][j] -= e * u[column * n + j];
            }
          });
    }
  }

  /** Algorithm 1, for some rows of W at a time. */
  void byBlocks(Loop loop, Matrix w) {
    setGrids(loop, w);
    loop.ranges(
        w.rows(),
        (from, to) -> {
          double[][] rest = new double[Math.min(TILE, to - from)][order.length];
          double[][] errors = new double[rest.length][Math.min(block, order.length)];
          for (int first = from; first < to; first += rest.length) {
            int height = Math.min(rest.length, to - first);
            for (int t = 0; t < height; t++) {
              read(w, first + t, rest[t]);
            }
            tile(first, height, rest, errors);
          }
        });
  }

  private void tile(int first, int height, double[][] rest, double[][] errors) {
    int n = order.length;
    int end;
    for (int start = 0; start < n; start = end) {
      end = blockEnd(start);
      for (int k = start; k < end; k++) {
        for (int t = 0; t < height; t++) {
          double e = round(first + t, k, rest[t]);
          errors[t][k - start] = e;
          InverseFactor.subtract(end - k - 1, e, u, k * n + k + 1, rest[t], k + 1);
        }
      }
      // W(:, end ...) -= E U(start ... end, end ...)
      for (int k = start; k < end; k++) {
        for (int t = 0; t < height; t++) {
          InverseFactor.subtract(n - end, errors[t][k - start], u, k * n + end, rest[t], end);
        }
      }
    }
  }

  /** A group's grid needs all its weights up to date: no block ends in a group that it begins. */
  private int blockEnd(int start) {
    int end = (int) Math.min((long) start + block, order.length);
    int lastGroup = end - end % grids.width();
    return whenReached && lastGroup > start ? lastGroup : end;
  }

  /** Rounds the weight of column k and returns its error over U(k, k). */
  private double round(int i, int k, double[] rest) {
    if (whenReached && k % grids.width() == 0) {
      float[] group = new float[grids.width()];
      for (int j = 0; j < group.length; j++) {
        group[j] = (float) rest[k + j];
      }
      grids.grid(i, k, group, 0);
    }
    float q = grids.round(i, order[k], (float) rest[k]);
    return (rest[k] - q) / u[k * order.length + k];
  }

  private void read(Matrix w, int i, double[] into) {
    for (int k = 0; k < into.length; k++) {
      into[k] = w.data()[w.index(i, order[k])];
    }
  }

  private void setGrids(Loop loop, Matrix w) {
    if (whenReached) {
      return;
    }
    loop.forEach(
        w.rows(),
        i -> {
          for (int from = 0; from < w.cols(); from += grids.width()) {
            grids.grid(i, from, w.data(), w.index(i, from));
          }
        });
    grids.seal();
  }
}

package org.workedanswers.quantization;

/** The grids of {@link IntFormat}: s · (u - z). */
final class IntGrids extends GridWriter {
  private final IntFormat format;
  private final int cols;
  private final IntMatrix matrix;
  private final boolean tensor;

  /** By group; where there is one for the whole matrix, its range so far is kept by row. */
  private final float[] scales;

  private final int[] zeros;
  private final float[] low;
  private final float[] high;

  IntGrids(IntFormat format, int rows, int cols) {
    super(format.grouping().width(cols), format.grouping() == Grouping.TENSOR);
    this.format = format;
    this.cols = cols;
    matrix = new IntMatrix(format, rows, cols);
    tensor = together();
    scales = new float[matrix.groups()];
    zeros = new int[matrix.groups()];
    low = new float[tensor ? rows : 0];
    high = new float[tensor ? rows : 0];
  }

  @Override
  void grid(int i, int from, float[] w, int at) {
    float lo = 0;
    float hi = 0;
    for (int k = at; k < at + width(); k++) {
      lo = Math.min(lo, w[k]);
      hi = Math.max(hi, w[k]);
    }
    if (tensor) {
      low[i] = lo;
      high[i] = hi;
    } else {
      set(format.grouping().group(i, from, cols), lo, hi);
    }
  }

  @Override
  void seal() {
    if (tensor) {
      float lo = 0;
      float hi = 0;
      for (int i = 0; i < low.length; i++) {
        lo = Math.min(lo, low[i]);
        hi = Math.max(hi, high[i]);
      }
      set(0, lo, hi);
    }
  }

  private void set(int group, float lo, float hi) {
    scales[group] = format.scale(group, lo, hi);
    zeros[group] = format.zero(scales[group], lo);
  }

  @Override
  float round(int i, int j, float w) {
    int group = format.grouping().group(i, j, cols);
    int u = format.code(w, scales[group], zeros[group]);
    matrix.setCode(i, j, u);
    return scales[group] * (u - zeros[group]);
  }

  @Override
  IntMatrix finish() {
    for (int g = 0; g < scales.length; g++) { // neighbours share a byte of zeros: one thread
      matrix.set(g, scales[g], zeros[g]);
    }
    return matrix;
  }
}

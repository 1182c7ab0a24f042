package org.workedanswers.attention;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * Attention for one query at a time over its allowed keys alone.
 *
 * <p>A product of matrices gives a masked value the weight 0, and 0 · NaN is NaN. So a row of the
 * output that is not finite may owe it to a value that it must not see. Such rows, and only they,
 * are computed again here, from what the mask allows and nothing else.
 */
final class RowByRow {
  private RowByRow() {}

  /** Computes each row of the output that is not finite again; row 0 sits at {@code position}. */
  static void mend(
      Kernels kernels,
      float scale,
      int position,
      Matrix q,
      Matrix k,
      Matrix v,
      Mask mask,
      Matrix output) {
    for (int i = 0; i < q.rows(); i++) {
      if (!isFinite(output, i)) {
        attend(kernels, scale, position + i, q.rows(i, i + 1), k, v, mask, output.rows(i, i + 1));
      }
    }
  }

  private static boolean isFinite(Matrix m, int i) {
    for (int c = 0; c < m.cols(); c++) {
      if (!Float.isFinite(m.data()[m.index(i, c)])) {
        return false;
      }
    }
    return true;
  }

  private static void attend(
      Kernels kernels,
      float scale,
      int position,
      Matrix q,
      Matrix k,
      Matrix v,
      Mask mask,
      Matrix output) {
    int[] keys = new int[k.rows()];
    float[] weights = new float[k.rows()];
    int count = 0;
    for (int j = 0; j < k.rows(); j++) {
      if (mask.allowed(position, j)) {
        keys[count] = j;
        weights[count++] =
            scale * kernels.dot(q.cols(), q.data(), q.index(0, 0), k.data(), k.index(j, 0));
      }
    }
    kernels.softmaxRow(count, weights, 0);
    output.fill(0);
    for (int c = 0; c < count; c++) {
      kernels.axpy(
          v.cols(), weights[c], v.data(), v.index(keys[c], 0), output.data(), output.index(0, 0));
    }
  }
}

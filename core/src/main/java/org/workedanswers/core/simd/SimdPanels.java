package org.workedanswers.core.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * Copies a block of an operand into panels, so that the innermost loop reads memory from the first
 * float to the last.
 *
 * <p>A panel holds {@code width} rows of op(A), or as many columns of op(B), over k steps: [k x
 * width], the steps one after the other. Where there are fewer rows than the width, zeros stand for
 * them.
 *
 * <p><b>By lane</b> the steps stand in another order: first 0, L, 2L ..., then 1, L + 1 ..., as a
 * vector of L lanes meets them along k; what fills no vector stands at the end.
 */
final class SimdPanels {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Rows of a matrix that are read together, each from its first element to its last. */
  private static final int TOGETHER = 8;

  private SimdPanels() {}

  /** Floats that {@code count} rows over k steps take, filled up to whole panels. */
  static int floats(int width, int count, int k) {
    return (count + width - 1) / width * width * k;
  }

  /** Packs rows {@code from} to {@code from + count} of op(A), its columns k0 to k0 + k. */
  static void packRows(
      float[] to, int width, boolean byLane, Matrix a, Op op, int from, int count, int k0, int k) {
    if (op == Op.N) {
      transpose(to, width, byLane, a, from, count, k0, k);
    } else {
      copy(to, width, a, from, count, k0, k);
    }
  }

  /** Packs columns {@code from} to {@code from + count} of op(B), its rows k0 to k0 + k. */
  static void packColumns(
      float[] to, int width, boolean byLane, Matrix b, Op op, int from, int count, int k0, int k) {
    packRows(to, width, byLane, b, op == Op.N ? Op.T : Op.N, from, count, k0, k);
  }

  /** From a matrix whose rows are the steps: each gives a run to every panel. */
  private static void copy(float[] to, int width, Matrix m, int from, int count, int k0, int k) {
    for (int p0 = 0; p0 < k; p0 += TOGETHER) {
      int steps = Math.min(TOGETHER, k - p0);
      for (int r = 0; r < count; r += width) {
        int n = Math.min(width, count - r);
        int x = m.index(k0 + p0, from + r);
        runs(to, r * k + p0 * width, width, n, steps, m.data(), x, m.stride());
      }
    }
  }

  /** A run of n floats a step, filled up with zeros to the width. */
  private static void runs(
      float[] to, int at, int width, int n, int steps, float[] x, int xo, int stride) {
    int whole = n / L * L;
    for (int p = 0; p < steps; p++) {
      int o = at + p * width;
      int from = xo + p * stride;
      for (int i = 0; i < whole; i += L) {
        FloatVector.fromArray(F, x, from + i).intoArray(to, o + i);
      }
      for (int i = whole; i < n; i++) {
        to[o + i] = x[from + i];
      }
      for (int i = n; i < width; i++) {
        to[o + i] = 0;
      }
    }
  }

  /** From a matrix whose columns are the steps: four of its rows together, or one. */
  private static void transpose(
      float[] to, int width, boolean byLane, Matrix m, int from, int count, int k0, int k) {
    int whole = byLane ? k / L * L : 0;
    for (int r = 0, rows; r < count; r += rows) {
      int place = r % width;
      rows = Math.min(width - place, count - r) < 4 ? 1 : 4;
      int at = (r - place) * k + place;
      int x = m.index(from + r, k0);
      for (int lane = 0; lane < L && whole > 0; lane++) {
        int o = at + lane * (whole / L) * width;
        everyLth(to, o, width, rows, m.data(), x + lane, m.stride(), x + whole);
      }
      every(to, at + whole * width, width, rows, m.data(), x + whole, m.stride(), x + k);
    }
    int rest = count % width;
    for (int at = (count - rest) * k; rest > 0 && at < (count - rest + width) * k; at += width) {
      Arrays.fill(to, at + rest, at + width, 0);
    }
  }

  /** Steps one after the other, from the first row's {@code x0} to {@code end}. */
  private static void every(
      float[] to, int at, int width, int rows, float[] x, int x0, int stride, int end) {
    if (rows == 4) {
      four(to, at, width, x, x0, stride, end, 1);
    } else {
      one(to, at, width, x, x0, end, 1);
    }
  }

  private static void everyLth(
      float[] to, int at, int width, int rows, float[] x, int x0, int stride, int end) {
    if (rows == 4) {
      four(to, at, width, x, x0, stride, end, L);
    } else {
      one(to, at, width, x, x0, end, L);
    }
  }

  private static void one(float[] to, int at, int width, float[] x, int x0, int end, int by) {
    for (int p = x0, o = at; p < end; p += by, o += width) {
      to[o] = x[p];
    }
  }

  private static void four(
      float[] to, int at, int width, float[] x, int x0, int stride, int end, int by) {
    for (int p = x0, o = at; p < end; p += by, o += width) {
      to[o] = x[p];
      to[o + 1] = x[p + stride];
      to[o + 2] = x[p + 2 * stride];
      to[o + 3] = x[p + 3 * stride];
    }
  }
}

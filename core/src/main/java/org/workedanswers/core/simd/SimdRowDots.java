package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * y[i] = Σ x[j] · row i[j] for rows anywhere in an array, eight of them side by side.
 *
 * <p>Rows that a search in a graph meets are seldom in the cache. With eight running at a time the
 * processor has eight lines under way; with one it waits for memory most of the time. Where fewer
 * are left, the last is computed again in the free places: it is in the cache by then, and so every
 * sum is taken in one and the same order.
 */
final class SimdRowDots {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  private SimdRowDots() {}

  static void dots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    int i = 0;
    for (; i + 5 <= count; i += 8) {
      eight(n, x, xo, rows, at, y, i, count - 1);
    }
    for (; i < count; i += 4) {
      four(n, x, xo, rows, at, y, i, count - 1);
    }
  }

  private static void eight(
      int n, float[] x, int xo, float[] rows, int[] at, float[] y, int i, int last) {
    int a = at[i];
    int b = at[i + 1];
    int c = at[i + 2];
    int d = at[i + 3];
    int e = at[i + 4];
    int f = at[Math.min(i + 5, last)];
    int g = at[Math.min(i + 6, last)];
    int h = at[Math.min(i + 7, last)];
    FloatVector sa = FloatVector.zero(F);
    FloatVector sb = sa;
    FloatVector sc = sa;
    FloatVector sd = sa;
    FloatVector se = sa;
    FloatVector sf = sa;
    FloatVector sg = sa;
    FloatVector sh = sa;
    for (int j = 0; j + L <= n; j += L) {
      FloatVector v = FloatVector.fromArray(F, x, xo + j);
      sa = v.fma(FloatVector.fromArray(F, rows, a + j), sa);
      sb = v.fma(FloatVector.fromArray(F, rows, b + j), sb);
      sc = v.fma(FloatVector.fromArray(F, rows, c + j), sc);
      sd = v.fma(FloatVector.fromArray(F, rows, d + j), sd);
      se = v.fma(FloatVector.fromArray(F, rows, e + j), se);
      sf = v.fma(FloatVector.fromArray(F, rows, f + j), sf);
      sg = v.fma(FloatVector.fromArray(F, rows, g + j), sg);
      sh = v.fma(FloatVector.fromArray(F, rows, h + j), sh);
    }
    y[i] = rest(n, x, xo, rows, a, Lanes.sum(sa));
    y[i + 1] = rest(n, x, xo, rows, b, Lanes.sum(sb));
    y[i + 2] = rest(n, x, xo, rows, c, Lanes.sum(sc));
    y[i + 3] = rest(n, x, xo, rows, d, Lanes.sum(sd));
    y[i + 4] = rest(n, x, xo, rows, e, Lanes.sum(se));
    y[Math.min(i + 5, last)] = rest(n, x, xo, rows, f, Lanes.sum(sf));
    y[Math.min(i + 6, last)] = rest(n, x, xo, rows, g, Lanes.sum(sg));
    y[Math.min(i + 7, last)] = rest(n, x, xo, rows, h, Lanes.sum(sh));
  }

  private static void four(
      int n, float[] x, int xo, float[] rows, int[] at, float[] y, int i, int last) {
    int a = at[i];
    int b = at[Math.min(i + 1, last)];
    int c = at[Math.min(i + 2, last)];
    int d = at[Math.min(i + 3, last)];
    FloatVector sa = FloatVector.zero(F);
    FloatVector sb = sa;
    FloatVector sc = sa;
    FloatVector sd = sa;
    for (int j = 0; j + L <= n; j += L) {
      FloatVector v = FloatVector.fromArray(F, x, xo + j);
      sa = v.fma(FloatVector.fromArray(F, rows, a + j), sa);
      sb = v.fma(FloatVector.fromArray(F, rows, b + j), sb);
      sc = v.fma(FloatVector.fromArray(F, rows, c + j), sc);
      sd = v.fma(FloatVector.fromArray(F, rows, d + j), sd);
    }
    y[i] = rest(n, x, xo, rows, a, Lanes.sum(sa));
    y[Math.min(i + 1, last)] = rest(n, x, xo, rows, b, Lanes.sum(sb));
    y[Math.min(i + 2, last)] = rest(n, x, xo, rows, c, Lanes.sum(sc));
    y[Math.min(i + 3, last)] = rest(n, x, xo, rows, d, Lanes.sum(sd));
  }

  /** Adds the products that fill no vector. */
  private static float rest(int n, float[] x, int xo, float[] rows, int row, float sum) {
    float s = sum;
    for (int j = F.loopBound(n); j < n; j++) {
      s = Math.fma(x[xo + j], rows[row + j], s);
    }
    return s;
  }
}

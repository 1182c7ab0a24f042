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

  /**
   * Eight sums in one method with the loop are more than the JIT inlines: it would make objects of
   * the last ones, at every call. So they pass through memory.
   */
  private static final ThreadLocal<float[]> SUMS = ThreadLocal.withInitial(() -> new float[8 * L]);

  private SimdRowDots() {}

  static void dots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    int i = 0;
    for (; i + 5 <= count; i += 8) {
      float[] sums = SUMS.get();
      eight(n, x, xo, rows, at, i, count - 1, sums);
      for (int r = 0; r < Math.min(8, count - i); r++) {
        float sum = Lanes.sum(FloatVector.fromArray(F, sums, r * L));
        y[i + r] = rest(n, x, xo, rows, at[i + r], sum);
      }
    }
    for (; i < count; i += 4) {
      four(n, x, xo, rows, at, y, i, count - 1);
    }
  }

  /** The lanes' sums of eight rows. */
  private static void eight(
      int n, float[] x, int xo, float[] rows, int[] at, int i, int last, float[] sums) {
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
    sa.intoArray(sums, 0);
    sb.intoArray(sums, L);
    sc.intoArray(sums, 2 * L);
    sd.intoArray(sums, 3 * L);
    se.intoArray(sums, 4 * L);
    sf.intoArray(sums, 5 * L);
    sg.intoArray(sums, 6 * L);
    sh.intoArray(sums, 7 * L);
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

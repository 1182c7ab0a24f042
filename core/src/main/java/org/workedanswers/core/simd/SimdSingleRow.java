package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;

/**
 * C = α · A Bᵀ + β · C for one row of A, at the speed at which memory gives B's rows. The order of
 * a sum is that of {@link SimdDotProducts}, bit for bit.
 *
 * <p>The processor fetches ahead for one stream that goes straight on; rows side by side are as
 * many streams, and with four of them most of the time is spent waiting. One row at a time would
 * wait for its one sum instead. So two rows run side by side, and with them goes a third read, that
 * of the two rows to come from their beginning to their end: it is the stream that the processor
 * sees, and the two rows find in the cache what it brought.
 */
final class SimdSingleRow {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** Floats that a cache may hold, 8 MiB: there, more rows side by side are faster. */
  static final int CACHED = 2 * 1024 * 1024;

  /** Steps of a row from which one row at a time is faster: two would be too far apart. */
  private static final int LONG = 1024;

  private SimdSingleRow() {}

  /** {@code unused} has room for a vector. */
  static void gemm(float[] unused, float alpha, Matrix a, Matrix b, float beta, Matrix c) {
    int j = 0;
    for (; a.cols() < LONG && j + 2 <= c.cols(); j += 2) {
      two(unused, alpha, a, b, j, beta, c);
    }
    for (; j < c.cols(); j++) {
      one(alpha, a, b, j, beta, c);
    }
  }

  /** By rows j and j + 1 of B. */
  private static void two(
      float[] unused, float alpha, Matrix a, Matrix b, int j, float beta, Matrix c) {
    float[] y = b.data();
    int k = a.cols();
    int y0 = b.index(j, 0);
    int y1 = y0 + b.stride();
    boolean inside = b.stride() <= (y.length - y0 - 2 * k) / 2;
    int ahead = inside ? y1 + b.stride() : y0;
    two(unused, k, alpha, a.data(), a.index(0, 0), y, y0, y1, ahead, beta, c.data(), c.index(0, j));
  }

  /** By row j of B, in parts as {@link SimdGemm} has them. */
  private static void one(float alpha, Matrix a, Matrix b, int j, float beta, Matrix c) {
    for (int k0 = 0, k; k0 < a.cols(); k0 += k) {
      k = Math.min(SimdGemm.LANE_DEPTH, a.cols() - k0);
      int xo = a.index(0, k0);
      int yo = b.index(j, k0);
      float rest = k0 == 0 ? beta : 1;
      one(k, alpha, a.data(), xo, b.data(), yo, rest, c.data(), c.index(0, j));
    }
  }

  private static void two(
      float[] unused,
      int k,
      float alpha,
      float[] x,
      int xo,
      float[] y,
      int y0,
      int y1,
      int ahead,
      float beta,
      float[] c,
      int co) {
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = FloatVector.zero(F);
    FloatVector next = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      next = next.add(FloatVector.fromArray(F, y, ahead + 2 * p));
      FloatVector v = FloatVector.fromArray(F, x, xo + p);
      s0 = v.fma(FloatVector.fromArray(F, y, y0 + p), s0);
      s1 = v.fma(FloatVector.fromArray(F, y, y1 + p), s1);
    }
    next.intoArray(unused, 0); // else the JIT would leave out the reads
    store(Lanes.sum(s0), k, alpha, x, xo, y, y0, beta, c, co);
    store(Lanes.sum(s1), k, alpha, x, xo, y, y1, beta, c, co + 1);
  }

  private static void one(
      int k, float alpha, float[] x, int xo, float[] y, int yo, float beta, float[] c, int co) {
    FloatVector s = FloatVector.zero(F);
    for (int p = 0; p + L <= k; p += L) {
      s = FloatVector.fromArray(F, x, xo + p).fma(FloatVector.fromArray(F, y, yo + p), s);
    }
    store(Lanes.sum(s), k, alpha, x, xo, y, yo, beta, c, co);
  }

  /** Adds what fills no vector and stores the element. */
  private static void store(
      float lanes,
      int k,
      float alpha,
      float[] x,
      int xo,
      float[] y,
      int yo,
      float beta,
      float[] c,
      int co) {
    float rest = 0;
    for (int p = F.loopBound(k); p < k; p++) {
      rest = Math.fma(x[xo + p], y[yo + p], rest);
    }
    float sum = (lanes + rest) * alpha;
    c[co] = beta == 0 ? sum : Math.fma(c[co], beta, sum);
  }
}

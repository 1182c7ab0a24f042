package org.workedanswers.core.simd;

import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Matrix;

/**
 * One block of an online softmax: a pass for each row's maximum, and one for its weights and their
 * sum.
 *
 * <p>A weight is e^(s - m) = 2^-t with t = (m - s) log₂ e ≥ 0. Knowing its sign makes it cheaper
 * than {@link SimdExp}: t is bounded as an integer is, by its bits, and needs no second constant,
 * since what rounds in m log₂ e is common to all weights and to α. t = k + r with |r| ≤ ½, and 2^-k
 * is subtracted from the exponent of 2^-r.
 */
final class SimdOnlineSoftmax {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();
  private static final float LOG2_E = 1.44269504f;
  private static final double LN2 = 0.6931471805599453;
  private static final float ROUND = 0x1.8p23f; // adding it rounds to an integer in the low bits

  /** Beyond it m log₂ e is off by so much that t would not be near 0 or above: m goes first. */
  private static final float FAR = 0x1p20f;

  /** 2^-127 comes out as 0: an exponent of 127 less 127. */
  private static final int LARGEST = Float.floatToRawIntBits(127);

  /** 2^x = 1 + P1 x + ... + P5 x⁵ for |x| ≤ ½: minimax, 1.1 · 10⁻⁷ relative. */
  private static final float P1 = 0.693147f;

  private static final float P2 = 0.24022242f;
  private static final float P3 = 0.055507336f;
  private static final float P4 = 0.009671513f;
  private static final float P5 = 0.0013264727f;

  private SimdOnlineSoftmax() {}

  static void rows(Matrix s, float[] max, float[] sum, float[] alpha) {
    for (int i = 0; i < s.rows(); i++) {
      row(s.cols(), s.data(), s.index(i, 0), i, max, sum, alpha);
    }
  }

  private static void row(
      int n, float[] x, int xo, int i, float[] max, float[] sum, float[] alpha) {
    float before = max[i];
    float m = largest(n, x, xo, before);
    max[i] = m;
    alpha[i] = 1;
    if (m == Float.NEGATIVE_INFINITY) {
      Arrays.fill(x, xo, xo + n, 0);
    } else if (m < Float.POSITIVE_INFINITY) {
      float m2 = m * LOG2_E;
      boolean far = Math.abs(m2) > FAR;
      if (m > before) {
        alpha[i] = (float) Math.exp(far ? before - m : (before * LOG2_E - m2) * LN2);
      }
      if (far) {
        for (int j = 0; j < n; j++) {
          x[xo + j] -= m;
        }
      }
      sum[i] = sum[i] * alpha[i] + weigh(n, x, xo, far ? 0 : m2);
    } else { // NaN or +∞
      sum[i] = Float.NaN;
    }
  }

  private static float largest(int n, float[] x, int xo, float before) {
    FloatVector m0 = FloatVector.broadcast(F, before);
    FloatVector m1 = m0;
    int j = 0;
    for (; j + 2 * L <= n; j += 2 * L) {
      m0 = m0.max(FloatVector.fromArray(F, x, xo + j));
      m1 = m1.max(FloatVector.fromArray(F, x, xo + j + L));
    }
    float max = m0.max(m1).reduceLanes(MAX); // the same in any order
    for (; j < n; j++) {
      max = Math.max(max, x[xo + j]);
    }
    return max;
  }

  /** x ← 2^(x log₂ e - m); returns their sum. What fills no vector is filled up with -∞. */
  private static float weigh(int n, float[] x, int xo, float m) {
    int pairs = n / (2 * L) * (2 * L);
    float sum = weighPairs(pairs, x, xo, m);
    if (pairs == n) {
      return sum;
    }
    int whole = F.loopBound(n);
    float[] last = LastVector.of(n - whole, x, xo + whole, Float.NEGATIVE_INFINITY);
    if (pairs < whole) {
      sum += weighVector(x, xo + pairs, m);
    }
    if (whole < n) {
      sum += weighVector(last, 0, m);
      System.arraycopy(last, 0, x, xo + whole, n - whole);
    }
    return sum;
  }

  private static float weighPairs(int n, float[] x, int xo, float m) {
    FloatVector mv = FloatVector.broadcast(F, m);
    FloatVector sum0 = FloatVector.zero(F);
    FloatVector sum1 = sum0;
    for (int j = 0; j < n; j += 2 * L) {
      FloatVector p0 = weight(FloatVector.fromArray(F, x, xo + j), mv);
      FloatVector p1 = weight(FloatVector.fromArray(F, x, xo + j + L), mv);
      sum0 = sum0.add(p0);
      sum1 = sum1.add(p1);
      p0.intoArray(x, xo + j);
      p1.intoArray(x, xo + j + L);
    }
    // As Lanes.sum does, for SimdSoftmax's reason.
    FloatVector sum = sum0.add(sum1);
    if (L >= 16) {
      sum = sum.add(sum.rearrange(Lanes.BY_8));
    }
    if (L >= 8) {
      sum = sum.add(sum.rearrange(Lanes.BY_4));
    }
    sum = sum.add(sum.rearrange(Lanes.BY_2));
    return sum.add(sum.rearrange(Lanes.BY_1)).lane(0);
  }

  private static float weighVector(float[] x, int xo, float m) {
    FloatVector p = weight(FloatVector.fromArray(F, x, xo), FloatVector.broadcast(F, m));
    p.intoArray(x, xo);
    return Lanes.sum(p);
  }

  private static FloatVector weight(FloatVector x, FloatVector m) {
    FloatVector t = x.fma(FloatVector.broadcast(F, -LOG2_E), m);
    t = t.reinterpretAsInts().min(LARGEST).reinterpretAsFloats();
    FloatVector shifted = t.add(ROUND);
    FloatVector r = shifted.sub(ROUND).sub(t);
    FloatVector p = r.fma(P5, P4);
    p = p.lanewise(FMA, r, P3);
    p = p.lanewise(FMA, r, P2);
    p = p.lanewise(FMA, r, P1);
    p = p.lanewise(FMA, r, 1);
    IntVector k = shifted.reinterpretAsInts().lanewise(LSHL, 23);
    return p.reinterpretAsInts().sub(k).reinterpretAsFloats();
  }
}

package org.workedanswers.core.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * e^x on vectors: x = k ln 2 + r with |r| ≤ ½ ln 2, e^x = 2ᵏ · e^r.
 *
 * <p>ln 2 is split in two so that r is exact (Cody and Waite, <i>Software Manual for the Elementary
 * Functions</i>, 1980, chapter 6); e^r is a polynomial of degree 5. 2ᵏ is applied in two steps,
 * 2^⌊k/2⌋ twice as it were, so that a subnormal result is rounded once and not flushed, and that
 * the largest finite results do not overflow on the way. The result is within 1.90 ulp, that of
 * every float has been looked at.
 */
final class SimdExp {
  private static final VectorSpecies<Float> F = SimdKernels.F;

  static final float LOG2_E = 1.44269504f;
  static final float LN2_HIGH = 0.693145752f; // the first 16 bits: k · LN2_HIGH is exact
  static final float LN2_LOW = 1.42860682e-6f;

  /** Adding it rounds to an integer in the low bits, and the exponent's bias twice. */
  private static final float ROUND = 0x1.8p23f + 2 * 127;

  /** e^r = 1 + P1 r + ... + P5 r⁵ for |r| ≤ ½ ln 2: minimax, 1.07 ulp of e^r. */
  static final float P1 = 0.99999946f;

  static final float P2 = 0.49999145f;
  static final float P3 = 0.16668177f;
  static final float P4 = 0.041898496f;
  static final float P5 = 0.008262334f;

  /** Beyond these ends the result is 0 or ∞ whatever x is; within them k stays in -151..129. */
  private static final float LOWEST = -104.5f;

  private static final float HIGHEST = 89.5f;

  private SimdExp() {}

  /** y ← e^x over n values. */
  static void values(int n, float[] x, int xo, float[] y, int yo) {
    int whole = F.loopBound(n);
    vectors(whole, x, xo, y, yo);
    if (whole < n) {
      float[] last = LastVector.of(n - whole, x, xo + whole, 0);
      vectors(last.length, last, 0, last, 0);
      System.arraycopy(last, 0, y, yo + whole, n - whole);
    }
  }

  /** No helper takes a vector, for {@link SimdInterleaved}'s reason. */
  private static void vectors(int n, float[] x, int xo, float[] y, int yo) {
    for (int i = 0; i < n; i += F.length()) {
      FloatVector v = FloatVector.fromArray(F, x, xo + i);
      // A comparison lets a NaN through, and is cheaper than max and min.
      FloatVector t = v.blend(LOWEST, v.compare(LT, LOWEST)).blend(HIGHEST, v.compare(GT, HIGHEST));
      FloatVector shifted = t.fma(LOG2_E, ROUND);
      FloatVector k = shifted.sub(ROUND);
      FloatVector r = k.lanewise(FMA, -LN2_HIGH, t);
      r = k.lanewise(FMA, -LN2_LOW, r);
      FloatVector p = r.fma(P5, P4);
      p = p.lanewise(FMA, r, P3);
      p = p.lanewise(FMA, r, P2);
      p = p.lanewise(FMA, r, P1);
      p = p.lanewise(FMA, r, 1);
      // The low bits are an exponent with its bias; the shifts drop those above.
      IntVector both = shifted.reinterpretAsInts();
      IntVector half = both.lanewise(ASHR, 1);
      IntVector rest = both.sub(half);
      p.mul(half.lanewise(LSHL, 23).reinterpretAsFloats())
          .mul(rest.lanewise(LSHL, 23).reinterpretAsFloats())
          .intoArray(y, yo + i);
    }
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * e^x on a vector: x = k ln 2 + r with |r| ≤ ½ ln 2, e^x = 2ᵏ · e^r.
 *
 * <p>ln 2 is split in two so that r is exact (Cody and Waite, <i>Software Manual for the Elementary
 * Functions</i>, 1980, chapter 6); e^r is a polynomial of degree 6. 2ᵏ is applied in two steps,
 * 2^⌊k/2⌋ twice as it were, so that a subnormal result is rounded once and not flushed, and that
 * the largest finite results do not overflow on the way.
 */
final class SimdExp {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693145752f; // the first 16 bits: k · LN2_HIGH is exact
  private static final float LN2_LOW = 1.42860682e-6f;
  private static final float ROUND = 0x1.8p23f; // adding it rounds to an integer in the low bits
  private static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);
  private static final int BIAS = 127;

  /** (e^r - 1 - r) / r² = P0 + P1 r + ... + P4 r⁴, minimax for |r| ≤ ½ ln 2: 0.03 ulp of e^r. */
  private static final float P0 = 0.49999994f;

  private static final float P1 = 0.16666521f;
  private static final float P2 = 0.041668393f;
  private static final float P3 = 0.008368744f;
  private static final float P4 = 0.001381452f;

  /** Beyond these ends the result is 0 or ∞ whatever x is; within them k stays in -151..129. */
  private static final float LOWEST = -104.5f;

  private static final float HIGHEST = 89.5f;

  private SimdExp() {}

  static FloatVector exp(FloatVector x) {
    // max and min let a NaN through.
    FloatVector t = x.max(LOWEST).min(HIGHEST);
    FloatVector shifted = t.mul(LOG2_E).add(ROUND);
    FloatVector k = shifted.sub(ROUND);
    FloatVector r = k.fma(broadcast(-LN2_HIGH), t);
    r = k.fma(broadcast(-LN2_LOW), r);
    FloatVector p = broadcast(P4);
    p = p.fma(r, broadcast(P3));
    p = p.fma(r, broadcast(P2));
    p = p.fma(r, broadcast(P1));
    p = p.fma(r, broadcast(P0));
    // e^r = 1 + r + r² p: the small part is added last.
    p = r.mul(r).fma(p, r).add(1);
    IntVector ki = shifted.reinterpretAsInts().sub(ROUND_BITS);
    IntVector half = ki.lanewise(VectorOperators.ASHR, 1);
    return p.mul(power(half)).mul(power(ki.sub(half)));
  }

  /** 2^e for -126 ≤ e ≤ 127, by its bits. */
  private static FloatVector power(IntVector e) {
    return e.add(BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats();
  }

  private static FloatVector broadcast(float x) {
    return FloatVector.broadcast(F, x);
  }
}

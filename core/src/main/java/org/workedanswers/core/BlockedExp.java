package org.workedanswers.core;

/**
 * e^x by a polynomial, in loops of which the JIT makes vector code where it can.
 *
 * <p>x = k ln 2 + r with |r| ≤ ½ ln 2, and e^x = 2ᵏ · e^r. ln 2 is split in two so that r is exact
 * (Cody and Waite, <i>Software Manual for the Elementary Functions</i>, 1980, chapter 6); e^r is a
 * polynomial of degree 6. All that is one loop over floats. The JIT's vectors know no way from the
 * bits of an int to a float, so 2ᵏ, which is made of bits, is applied in a second loop. It is
 * applied in two steps, so that a subnormal result is rounded once, and that the largest finite
 * ones do not overflow on the way.
 */
final class BlockedExp {
  private static final float LOG2_E = 1.44269504f;
  private static final float LN2_HIGH = 0.693145752f; // the first 16 bits: k · LN2_HIGH is exact
  private static final float LN2_LOW = 1.42860682e-6f;
  private static final float ROUND = 0x1.8p23f; // adding it, and taking it off, leaves an integer
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

  /** Elements between the two loops. */
  private static final int CHUNK = 256;

  /** k and e^r of a chunk, kept for each thread. */
  private static final ThreadLocal<BlockedExp> OF_THREAD = ThreadLocal.withInitial(BlockedExp::new);

  private final float[] exponents = new float[CHUNK];
  private final float[] factors = new float[CHUNK];

  private BlockedExp() {}

  /** y = e^(x - shift); x and y may be the same run. */
  static void exp(int n, float[] x, int xo, float shift, float[] y, int yo) {
    BlockedExp scratch = OF_THREAD.get();
    for (int i = 0; i < n; i += CHUNK) {
      int m = Math.min(CHUNK, n - i);
      split(m, x, xo + i, shift, scratch.exponents, scratch.factors);
      scale(m, scratch.exponents, scratch.factors, y, yo + i);
    }
  }

  /** k and e^r of x - shift. */
  private static void split(int n, float[] x, int xo, float shift, float[] ks, float[] factors) {
    for (int i = 0; i < n; i++) {
      float t = Math.min(Math.max(x[xo + i] - shift, LOWEST), HIGHEST); // lets a NaN through
      float k = t * LOG2_E + ROUND - ROUND;
      float r = t - k * LN2_HIGH - k * LN2_LOW;
      float p = (((P4 * r + P3) * r + P2) * r + P1) * r + P0;
      ks[i] = k;
      factors[i] = r * r * p + r + 1; // the small part is added first
    }
  }

  /** y = 2ᵏ · e^r. */
  private static void scale(int n, float[] ks, float[] factors, float[] y, int yo) {
    for (int i = 0; i < n; i++) {
      int k = (int) ks[i];
      int half = k >> 1;
      y[yo + i] = factors[i] * power(half) * power(k - half);
    }
  }

  /** 2^e for -126 ≤ e ≤ 127, by its bits. */
  private static float power(int e) {
    return Float.intBitsToFloat((e + BIAS) << 23);
  }
}

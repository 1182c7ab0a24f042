package org.workedanswers.quantization;

import org.workedanswers.core.QuantizedKernels;

/**
 * IEEE 754 binary16: one sign bit, five of exponent (bias 15), ten of fraction.
 *
 * <pre>
 * e in 1..30:  (-1)ˢ · 2^(e-15) · (1 + f / 1024)
 * e = 0:       (-1)ˢ · 2^-14 · f / 1024            subnormal; the smallest is 2^-24
 * e = 31:      ±∞ for f = 0, else NaN
 * </pre>
 *
 * The largest finite value is {@link #MAX}. Source: IEEE 754-2019, section 3.4.
 */
public final class Fp16 {
  /** The largest finite value. */
  public static final float MAX = 65504;

  private static final int INFINITY = 0x7c00;
  private static final int QUIET_NAN = 0x7e00;

  private Fp16() {}

  /**
   * The code nearest to x, halfway to the even one. From 65520 up it is ∞, below 2⁻²⁵ and at it ±0.
   * NaN stays NaN, quiet, with its sign and the upper bits of its payload.
   */
  public static short fromFloat(float x) {
    int bits = Float.floatToRawIntBits(x);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fff_ffff;
    if (magnitude > 0x7f80_0000) {
      return (short) (sign | QUIET_NAN | (magnitude >>> 13) & 0x3ff);
    }
    if (magnitude >= 0x477f_f000) { // 65520, halfway from MAX to 2^16
      return (short) (sign | INFINITY);
    }
    if (magnitude < 0x3880_0000) { // below 2^-14: a multiple of 2^-24
      return (short) (sign | (int) Math.rint(Math.abs(x) * 0x1p24f));
    }
    // Drops 13 bits of fraction; the carry of the rounding may reach the exponent, as it should.
    int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | (rounded >>> 13) - (112 << 10)); // bias 127 to 15
  }

  /** The value of a code, exactly. */
  public static float toFloat(short code) {
    return QuantizedKernels.fp16(code);
  }
}

package org.workedanswers.quantization;

/**
 * bfloat16: the upper half of a float32. One sign bit, eight of exponent (bias 127), seven of
 * fraction: float32's range with two to three decimal digits.
 *
 * <p>Source: Kalamkar et al., <i>A Study of BFLOAT16 for Deep Learning Training</i>, 2019, section
 * 2.
 */
public final class Bf16 {
  /** The largest finite value, (2 - 2⁻⁷) · 2¹²⁷. */
  public static final float MAX = 0x1.fep127f;

  private Bf16() {}

  /**
   * The code nearest to x, halfway to the even one; subnormals are kept. From (2 - 2⁻⁸) · 2¹²⁷ up
   * it is ∞. NaN stays NaN, quiet, with its sign and the upper bits of its payload.
   */
  public static short fromFloat(float x) {
    int bits = Float.floatToRawIntBits(x);
    if (Float.isNaN(x)) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** The value of a code, exactly. */
  public static float toFloat(short code) {
    return Float.intBitsToFloat(code << 16);
  }
}

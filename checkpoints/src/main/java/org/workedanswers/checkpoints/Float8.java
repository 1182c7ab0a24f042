package org.workedanswers.checkpoints;

import org.workedanswers.quantization.Fp16;

/**
 * The two floats of eight bits that checkpoints hold.
 *
 * <pre>
 *   E4M3    s eeee mmm     (-1)ˢ · 2ᵉ⁻⁷ · (1 + m/8);  e = 0: (-1)ˢ · 2⁻⁶ · m/8;  all ones: NaN; the largest is 448
 *   E5M2    s eeeee mm     binary16 without the last eight bits of its fraction
 * </pre>
 *
 * Source: Micikevicius et al., <i>FP8 Formats for Deep Learning</i>, 2022, section 3.
 */
final class Float8 {
  private static final float[] E4M3 = new float[256];

  static {
    for (int code = 0; code < E4M3.length; code++) {
      int exponent = code >> 3 & 15;
      float fraction = (code & 7) / 8f;
      float magnitude =
          (code & 127) == 127
              ? Float.NaN
              : exponent == 0 ? Math.scalb(fraction, -6) : Math.scalb(1 + fraction, exponent - 7);
      E4M3[code] = code < 128 ? magnitude : -magnitude;
    }
  }

  private Float8() {}

  static float e4m3(byte code) {
    return E4M3[code & 0xFF];
  }

  static float e5m2(byte code) {
    return Fp16.toFloat((short) (code << 8));
  }
}

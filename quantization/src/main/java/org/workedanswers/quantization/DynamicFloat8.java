package org.workedanswers.quantization;

/**
 * Eight bits for a number in (-1, 1]: a sign, an exponent of base ten whose length varies, and what
 * is left for the fraction.
 *
 * <pre>
 * decade e = 0 ... 6 covers ±10^(e-6) · (0.1, 1) by 2ᵉ evenly spaced values:
 *   ±10^(e-6) · (0.1 + 0.9 (i + ½) / 2ᵉ),  i = 0 ... 2ᵉ-1
 * </pre>
 *
 * with 0 and 1 these are 256 levels, half of them in the topmost decade. It is the "8-bit float"
 * that QLoRA's second quantisation is run with in bitsandbytes. Source: Dettmers, <i>8-Bit
 * Approximations for Parallelism in Deep Learning</i>, ICLR 2016, section 2.2 (dynamic tree
 * quantisation), with the spacing of bitsandbytes' signed map.
 */
public final class DynamicFloat8 {
  private static final int DECADES = 7;
  private static final float[] LEVELS = levels();

  private DynamicFloat8() {}

  /** The 256 levels, ascending: a new array. */
  public static float[] levels() {
    float[] levels = new float[256];
    int zero = 127;
    int n = zero + 1;
    for (int e = 0; e < DECADES; e++) {
      double unit = Math.pow(10, e - (DECADES - 1));
      int count = 1 << e;
      for (int i = 0; i < count; i++) {
        float level = (float) (unit * (0.1 + 0.9 * (i + 0.5) / count));
        levels[2 * zero - n] = -level;
        levels[n++] = level;
      }
    }
    levels[255] = 1;
    return levels;
  }

  /** The level of a code, of which the low eight bits count. */
  public static float level(int code) {
    return LEVELS[code & 255];
  }

  /**
   * The code of the nearest level; halfway goes to the lower one. What is outside of the levels
   * gets the outermost: there is no level near -1 but -0.9929688.
   */
  public static int code(float x) {
    int low = 0;
    int high = 255;
    while (low < high) { // the answer is in low..high
      int middle = (low + high) >>> 1;
      if (x > (LEVELS[middle] + LEVELS[middle + 1]) / 2) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

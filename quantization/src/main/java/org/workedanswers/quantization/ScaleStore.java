package org.workedanswers.quantization;

import org.workedanswers.core.Check;

/**
 * NF4's block scales: float32 each, or quantised in their turn (double quantisation).
 *
 * <pre>
 * m = mean of all scales                            one float32
 * s = max |c - m|  over a group of 256 scales       one float32 a group
 * q = nearest DynamicFloat8 to (c - m) / s          eight bits
 * ĉ = m + s · level(q)
 * </pre>
 *
 * |ĉ - c| is at most 0.71 % of s, and for the scale farthest below the mean too. A scale much
 * smaller than the others can so come out slightly below zero, as in bitsandbytes. Where all scales
 * of a group are the mean, s is 0 and they come back exactly.
 */
final class ScaleStore {
  private final float[] plain;
  private final byte[] codes;
  private final float[] groupScales;
  private final float mean;

  private ScaleStore(float[] plain, byte[] codes, float[] groupScales, float mean) {
    this.plain = plain;
    this.codes = codes;
    this.groupScales = groupScales;
    this.mean = mean;
  }

  /** Keeps the array itself. */
  static ScaleStore plain(float[] scales) {
    return new ScaleStore(scales, new byte[0], new float[0], 0);
  }

  static ScaleStore quantized(float[] scales) {
    double sum = 0;
    for (float c : scales) {
      sum += c;
    }
    float mean = (float) (sum / scales.length);
    byte[] codes = new byte[scales.length];
    float[] groupScales = new float[(scales.length + Nf4.GROUP - 1) / Nf4.GROUP];
    for (int g = 0; g < groupScales.length; g++) {
      int from = g * Nf4.GROUP;
      int to = Math.min(from + Nf4.GROUP, scales.length);
      float s = 0;
      for (int i = from; i < to; i++) {
        s = Math.max(s, Math.abs(scales[i] - mean));
      }
      groupScales[g] = s;
      for (int i = from; i < to; i++) {
        codes[i] = (byte) DynamicFloat8.code(s == 0 ? 0 : (scales[i] - mean) / s);
      }
    }
    ScaleStore store = new ScaleStore(null, codes, groupScales, mean);
    for (int i = 0; i < scales.length; i++) {
      Check.that(
          store.get(i) <= Float.MAX_VALUE,
          "block %d has the scale %s: quantised in its turn it would be infinite",
          i,
          scales[i]);
    }
    return store;
  }

  float get(int i) {
    return plain != null
        ? plain[i]
        : mean + groupScales[i / Nf4.GROUP] * DynamicFloat8.level(codes[i]);
  }

  long bytes() {
    return plain != null
        ? (long) plain.length * Float.BYTES
        : codes.length + (long) groupScales.length * Float.BYTES + Float.BYTES;
  }
}

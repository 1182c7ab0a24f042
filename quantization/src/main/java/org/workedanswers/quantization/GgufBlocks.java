package org.workedanswers.quantization;

import org.workedanswers.core.QuantizedKernels;

/** Reading and writing the bytes of {@link GgufType}'s blocks. */
final class GgufBlocks {
  private static final int HALF = GgufType.BLOCK / 2;

  /** What can be added to any number, -0 too, and changes nothing. */
  static final float NO_MINIMUM = -0f;

  private GgufBlocks() {}

  static void putFp16(byte[] bytes, int at, float x) {
    short code = Fp16.fromFloat(x);
    bytes[at] = (byte) code;
    bytes[at + 1] = (byte) (code >> 8);
  }

  static int word(byte[] bytes, int at) {
    return bytes[at] & 255
        | (bytes[at + 1] & 255) << 8
        | (bytes[at + 2] & 255) << 16
        | bytes[at + 3] << 24;
  }

  private static void putWord(byte[] bytes, int at, int word) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (word >> (8 * i));
    }
  }

  /** Code i of a four-bit block. */
  static int fourBits(byte[] bytes, int halves, int i) {
    return i < HALF ? bytes[halves + i] & 15 : (bytes[halves + i - HALF] >> 4) & 15;
  }

  /** Code i of a five-bit block: four bits from its half of a byte, the fifth from the word. */
  static int fiveBits(byte[] bytes, int halves, int fifth, int i) {
    return fourBits(bytes, halves, i) | (fifth >> i & 1) << 4;
  }

  /** ŵ = d · u for 32 signed bytes. */
  static void widenEight(byte[] in, int at, float d, float[] x, int xo) {
    for (int i = 0; i < GgufType.BLOCK; i++) {
      x[xo + i] = d * in[at + i];
    }
  }

  /**
   * ŵ = d · (u - z) + m for the halves of 16 bytes; m is {@link #NO_MINIMUM} where there is none.
   */
  static void widenFour(byte[] in, int at, float d, int z, float m, float[] x, int xo) {
    for (int i = 0; i < HALF; i++) {
      int pair = in[at + i];
      x[xo + i] = d * ((pair & 15) - z) + m;
      x[xo + HALF + i] = d * (((pair >> 4) & 15) - z) + m;
    }
  }

  /** The same for a word of fifth bits and the halves of 16 bytes. */
  static void widenFive(byte[] in, int at, float d, int z, float m, float[] x, int xo) {
    int fifth = word(in, at);
    for (int i = 0; i < HALF; i++) {
      int pair = in[at + 4 + i];
      int low = pair & 15 | (fifth >> i & 1) << 4;
      int high = pair >> 4 & 15 | (fifth >> i + HALF & 1) << 4;
      x[xo + i] = d * (low - z) + m;
      x[xo + HALF + i] = d * (high - z) + m;
    }
  }

  /** u - z for the codes u of a word of fifth bits and the halves of 16 bytes. */
  static void unpackFive(byte[] in, int at, int z, byte[] codes, int to) {
    int fifth = word(in, at);
    for (int i = 0; i < HALF; i++) {
      int pair = in[at + 4 + i];
      codes[to + i] = (byte) ((pair & 15 | (fifth >> i & 1) << 4) - z);
      codes[to + HALF + i] = (byte) ((pair >> 4 & 15 | (fifth >> i + HALF & 1) << 4) - z);
    }
  }

  /** The value of largest magnitude in a block, the first of equals, with its sign. */
  static float largest(float[] x, int xo) {
    float largest = 0;
    for (int i = 0; i < GgufType.BLOCK; i++) {
      if (Math.abs(x[xo + i]) > Math.abs(largest)) {
        largest = x[xo + i];
      }
    }
    return largest;
  }

  /** The smallest value of a block, the first of 0 and -0; Math.min would prefer -0. */
  static float min(float[] x, int xo) {
    float min = x[xo];
    for (int i = 1; i < GgufType.BLOCK; i++) {
      min = x[xo + i] < min ? x[xo + i] : min;
    }
    return min;
  }

  /** The largest value of a block, the first of 0 and -0. */
  static float max(float[] x, int xo) {
    float max = x[xo];
    for (int i = 1; i < GgufType.BLOCK; i++) {
      max = x[xo + i] > max ? x[xo + i] : max;
    }
    return max;
  }

  /** Q5_0: a scale whose sign lets the largest weight have the lowest code. */
  static void quantizeQ5(float[] x, int xo, byte[] out, int at) {
    float d = largest(x, xo) / -16;
    putFp16(out, at, d);
    putCodes(5, x, xo, 0, QuantizedKernels.reciprocal(d), 16.5f, out, at + 2);
  }

  /** Q4_1 and Q5_1: a scale and the smallest weight. */
  static void quantizeFromMinimum(int bits, float[] x, int xo, byte[] out, int at) {
    float min = min(x, xo);
    float d = (max(x, xo) - min) / ((1 << bits) - 1);
    putFp16(out, at, d);
    putFp16(out, at + 2, min);
    putCodes(bits, x, xo, min, QuantizedKernels.reciprocal(d), 0.5f, out, at + 4);
  }

  /** Writes code i, of four bits or five, of a block whose codes begin at {@code at} as zeros. */
  static void putCode(int bits, byte[] out, int at, int i, int u) {
    int halves = bits == 5 ? at + 4 : at;
    out[halves + i % HALF] |= (byte) (i < HALF ? u & 15 : (u & 15) << 4);
    if (bits == 5) {
      out[at + i / 8] |= (byte) (u >> 4 << i % 8);
    }
  }

  /** Codes ⌊(x - min) · inverse + shift⌋ as fifth bits, where there are five, and halves. */
  private static void putCodes(
      int bits, float[] x, int xo, float min, float inverse, float shift, byte[] out, int at) {
    int highest = (1 << bits) - 1;
    int halves = bits == 5 ? at + 4 : at;
    int fifth = 0;
    for (int i = 0; i < GgufType.BLOCK; i++) {
      int u = Math.min(highest, (int) ((x[xo + i] - min) * inverse + shift));
      fifth |= (u >> 4) << i;
      if (i < HALF) {
        out[halves + i] = (byte) (u & 15);
      } else {
        out[halves + i - HALF] |= (byte) ((u & 15) << 4);
      }
    }
    if (bits == 5) {
      putWord(out, at, fifth);
    }
  }
}

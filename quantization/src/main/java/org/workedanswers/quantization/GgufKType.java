package org.workedanswers.quantization;

import static org.workedanswers.core.QuantizedKernels.fp16;

import java.util.Objects;

/**
 * The formats of GGUF files whose scales are quantised themselves (k-quants), and the one whose
 * codes stand for values of a table. They are read, not written: how to choose codes and scales is
 * a search of its own.
 *
 * <pre>
 *          bytes of a block, in file order                           weight of code u in part p
 * Q2_K     scales 16, twos 64, d 2, m 2            16 parts of 16    d · s(p) · u - m · t(p)     u 0..3
 * Q3_K     thirds 32, twos 64, scales 12, d 2      16 parts of 16    d · (s(p) - 32) · (u - 4)   u 0..7
 * Q4_K     d 2, m 2, scales 12, halves 128          8 parts of 32    d · s(p) · u - m · t(p)     u 0..15
 * Q5_K     d 2, m 2, scales 12, fifths 32,          8 parts of 32    d · s(p) · u - m · t(p)     u 0..31
 *          halves 128
 * Q6_K     halves 128, fours 64, scales 16, d 2    16 parts of 16    d · s(p) · (u - 32)         u 0..63
 * IQ4_NL   d 2, halves 16                          32 weights        d · table(u)                u 0..15
 * </pre>
 *
 * A block of the others has 256 weights. d, m: FP16, little-endian. s, t: the parts' scales and
 * minima; four bits each in Q2_K (s the lower), six bits each in Q3_K, Q4_K and Q5_K, signed bytes
 * in Q6_K. The bits of a code are parted: of 64 or 128 weights in a row, those that are 32 apart
 * share bytes.
 *
 * <p>Source: ggml, {@code ggml-common.h} for the structures, {@code ggml-quants.c} for {@code
 * dequantize_row_*}.
 */
public enum GgufKType implements GgufBlockFormat {
  /** 84 bytes a block: 2.625 bits a weight. */
  Q2_K(256, 84),
  /** 110 bytes a block: 3.4375 bits a weight. */
  Q3_K(256, 110),
  /** 144 bytes a block: 4.5 bits a weight. */
  Q4_K(256, 144),
  /** 176 bytes a block: 5.5 bits a weight. */
  Q5_K(256, 176),
  /** 210 bytes a block: 6.5625 bits a weight. */
  Q6_K(256, 210),
  /** 18 bytes a block: 4.5 bits a weight. */
  IQ4_NL(32, 18);

  /** What IQ4_NL's codes stand for: closer together around 0, where most weights are. */
  private static final byte[] TABLE = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  private final int blockSize;
  private final int blockBytes;

  GgufKType(int blockSize, int blockBytes) {
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  @Override
  public int blockSize() {
    return blockSize;
  }

  @Override
  public int blockBytes() {
    return blockBytes;
  }

  @Override
  public void widen(byte[] in, int at, float[] x, int to) {
    Objects.checkFromIndexSize(at, blockBytes, in.length);
    Objects.checkFromIndexSize(to, blockSize, x.length);
    switch (this) {
      case Q2_K -> widenTwo(in, at, x, to);
      case Q3_K -> widenThree(in, at, x, to);
      case Q4_K -> widenFourOrFive(in, at, -1, at + 16, x, to);
      case Q5_K -> widenFourOrFive(in, at, at + 16, at + 48, x, to);
      case Q6_K -> widenSix(in, at, x, to);
      case IQ4_NL -> {
        float d = fp16(in, at);
        for (int i = 0; i < 32; i++) {
          x[to + i] = d * TABLE[GgufBlocks.fourBits(in, at + 2, i)];
        }
      }
    }
  }

  /**
   * Two bits of weight i in bytes that hold 128 weights each 32: four that are 32 apart share one.
   */
  private static int twoBits(byte[] in, int at, int i) {
    return in[at + i / 128 * 32 + i % 32] >> (i % 128 / 32 * 2) & 3;
  }

  private static void widenTwo(byte[] in, int at, float[] x, int to) {
    float d = fp16(in, at + 80);
    float m = fp16(in, at + 82);
    for (int i = 0; i < 256; i++) {
      int scales = in[at + i / 16];
      x[to + i] = d * (scales & 15) * twoBits(in, at + 16, i) - m * (scales >> 4 & 15);
    }
  }

  private static void widenThree(byte[] in, int at, float[] x, int to) {
    float d = fp16(in, at + 108);
    for (int i = 0; i < 256; i++) {
      int third = in[at + i % 32] >> (i / 32) & 1;
      int u = twoBits(in, at + 32, i) | third << 2;
      x[to + i] = d * (sixBits(in, at + 96, i / 16) - 32) * (u - 4);
    }
  }

  /** Scale p of 16: four bits of the first eight bytes' halves, two of the last four bytes. */
  private static int sixBits(byte[] in, int at, int p) {
    int four = p < 8 ? in[at + p] & 15 : in[at + p - 8] >> 4 & 15;
    return four | (in[at + 8 + p % 4] >> (p / 4 * 2) & 3) << 4;
  }

  /** fifths: where the fifth bits stand; -1 where there are none. */
  private static void widenFourOrFive(
      byte[] in, int at, int fifths, int halves, float[] x, int to) {
    float d = fp16(in, at);
    float m = fp16(in, at + 2);
    for (int i = 0; i < 256; i++) {
      int p = i / 32;
      int pair = in[halves + i / 64 * 32 + i % 32];
      int u = p % 2 == 0 ? pair & 15 : pair >> 4 & 15;
      if (fifths >= 0) {
        u |= (in[fifths + i % 32] >> p & 1) << 4;
      }
      x[to + i] = d * scale(in, at + 4, p) * u - m * minimum(in, at + 4, p);
    }
  }

  /**
   * s(p) of 8: six bits of byte p; from p = 4 on four of byte p + 4 and the top two of byte p - 4.
   */
  private static int scale(byte[] in, int at, int p) {
    return p < 4 ? in[at + p] & 63 : in[at + p + 4] & 15 | (in[at + p - 4] >> 6 & 3) << 4;
  }

  /** t(p) of 8: six bits of byte p + 4; from p = 4 on its upper four and the top two of byte p. */
  private static int minimum(byte[] in, int at, int p) {
    return p < 4 ? in[at + p + 4] & 63 : in[at + p + 4] >> 4 & 15 | (in[at + p] >> 6 & 3) << 4;
  }

  private static void widenSix(byte[] in, int at, float[] x, int to) {
    float d = fp16(in, at + 208);
    for (int i = 0; i < 256; i++) {
      // Of 128 weights the first 64 have the lower halves of 64 bytes, the others the upper ones.
      int pair = in[at + i / 128 * 64 + i % 64];
      int four = i % 128 < 64 ? pair & 15 : pair >> 4 & 15;
      int u = four | twoBits(in, at + 128, i) << 4;
      x[to + i] = d * in[at + 192 + i / 16] * (u - 32);
    }
  }
}

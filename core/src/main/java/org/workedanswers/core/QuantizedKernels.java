package org.workedanswers.core;

/**
 * The part of {@link Kernels} that computes with codes of few bits: signed bytes, and blocks of 32
 * codes with a scale. {@code PlainBlocks} has them as one reads them, and what an implementation
 * does not write anew is done there.
 */
public interface QuantizedKernels {
  /** Codes that share a scale in the kernels of blocks. */
  int BLOCK = 32;

  /**
   * How many sums of 16 bits the columns of rows of bytes are shared out over, column j to sum j
   * mod 16.
   */
  int SHORT_SUMS = 16;

  /**
   * y[yo + r - 32 · from] = Σ w(r, c) · x[xo + c] over the columns c of w, modulo 2¹⁶, for all rows
   * r of the groups {@code from} to {@code to}, the last not included; rows that fill up a group
   * give 0.
   *
   * <p>A sum that fits 16 bits is exact, whatever its parts do. It fits where ‖w(r)‖ · ‖x‖ &lt;
   * 2¹⁵, by the inequality of Cauchy and Schwarz.
   *
   * @throws IllegalArgumentException if the groups, the vector or the sums do not lie inside of w
   *     and the arrays
   */
  default void dotsInt8(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    checkDotsInt8(w, from, to, x.length, xo, y.length, yo);
    PlainBlocks.dotsInt8(w, from, to, x, xo, y, yo);
  }

  /**
   * y[i] = Σ x[xo+j] · rows[at[i]+j] for j in 0..n-1, and for i in 0..count-1: {@link Kernels#dots}
   * of signed bytes.
   *
   * <p>Exact, and so the same with every implementation, where the products of the columns of each
   * j mod {@value #SHORT_SUMS} have a sum that fits 16 bits, and all but the last of them too. That
   * is so where ‖x‖ · ‖row‖ &lt; 2¹⁵ over the columns of each, by the inequality of Cauchy and
   * Schwarz. Elsewhere a sum may be off by multiples of 2¹⁶.
   *
   * @throws IllegalArgumentException if the vector, a row or a sum does not lie inside of its array
   */
  default void dotsInt8(int count, int n, byte[] x, int xo, byte[] rows, int[] at, int[] y) {
    checkDotsInt8(count, n, x.length, xo, rows.length, at, y.length);
    PlainBlocks.dotsInt8(count, n, x, xo, rows, at, y);
  }

  /** Σ x[xo+i] · q[qo+i] over floats and signed bytes, in float. */
  float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo);

  /**
   * Quantises blocks of 32 floats to signed bytes: a scale d, and codes round(x / d) with halfway
   * away from zero.
   *
   * <pre>
   * d = max |x| / 127,   1/d as {@link #reciprocal}
   * scales[so + b] = d,  codes[co + b · step + i] = round(x[xo + 32 b + i] · (1/d))
   * </pre>
   *
   * Every implementation gives the same bits: those of ggml's {@code quantize_row_q8_0_ref}, d not
   * yet rounded to FP16.
   *
   * @return the number of blocks written: all, or those before the first that holds NaN or an
   *     infinity
   */
  default int quantizeInt8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    checkBlocks(blocks, codes.length, co, step, BLOCK, scales.length, so, x.length, xo);
    return PlainBlocks.quantizeInt8(blocks, x, xo, codes, co, step, scales, so);
  }

  /**
   * Quantises blocks of 32 floats to four bits: a scale d, and codes u that stand for d · (u - 8).
   *
   * <pre>
   * d = w* / -8, w* of largest magnitude with its sign, the first of equals;  1/d as in {@link #quantizeInt8}
   * scales[so + b] = d,  u = min(15, ⌊x · (1/d) + 8.5⌋) in float32
   * nibbles[no + b · step + i] = u(i) | u(i + 16) &lt;&lt; 4,  i in 0..15
   * </pre>
   *
   * Every implementation gives the same bits: those of ggml's {@code quantize_row_q4_0_ref}.
   *
   * @return as {@link #quantizeInt8}
   */
  default int quantizeInt4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    checkBlocks(blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return PlainBlocks.quantizeInt4(blocks, x, xo, nibbles, no, step, scales, so);
  }

  /**
   * Σ over blocks b of scales[so+b] · Σ w[wo + b · step + i] · x[xo + 32 b + i], i in 0..31.
   *
   * <p>w holds signed bytes, x values in -127..127. The inner sums are exact; the result is within
   * {@code (blocks + 8) · 2⁻²⁴ · Σ |scale · w · x|} of the exact one.
   */
  default float dotBlocksInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    checkBlocks(blocks, w.length, wo, step, BLOCK, scales.length, so, x.length, xo);
    return PlainBlocks.dotBlocksInt8(blocks, w, wo, step, scales, so, x, xo);
  }

  /**
   * The same with w = u - {@code zero} for four-bit codes u in 0..15 and {@code zero} in 0..15. A
   * block is 16 bytes: byte i holds code i in its low half and code i + 16 in its high one.
   */
  default float dotBlocksInt4(
      int blocks,
      byte[] nibbles,
      int no,
      int step,
      int zero,
      float[] scales,
      int so,
      short[] x,
      int xo) {
    checkBlocks(blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return PlainBlocks.dotBlocksInt4(blocks, nibbles, no, step, zero, scales, so, x, xo);
  }

  /**
   * y[yo + r] = Σ over blocks b of d(r, b) · xScales[xso + b] · Σ u(r, 32 b + i) · x[xo + 32 b +
   * i], for rows that lie one after the other from w[wo], block after block as GGUF files have
   * them.
   *
   * <pre>
   * bits 8, Q8_0   d in FP16, 2 bytes; 32 signed bytes u
   * bits 4, Q4_0   d in FP16, 2 bytes; 16 bytes, byte i holds u + 8 of code i in its low half, of i + 16 in its high one
   * </pre>
   *
   * <p>x holds values in -127..127. The inner sums are exact; the result is within {@code (blocks +
   * 8) · 2⁻²³} of the magnitudes of all products added, relative to the exact one.
   */
  default void dotsGguf(
      int bits,
      int rows,
      int blocks,
      byte[] w,
      int wo,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    checkGguf(bits, rows, blocks, w.length, wo, x.length, xo, xScales.length, xso, y.length, yo);
    PlainBlocks.dotsGguf(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
  }

  /**
   * y[yo + r] = Σ over blocks b of scale(r, b) · xScales[xso + b] · Σ (u(r, 32 b + i) - 2ᵇ⁻¹) ·
   * x[xo + 32 b + i], for the rows r of the groups {@code from} to {@code to}, the last not
   * included; u are the codes of w.
   *
   * <p>x holds values in -127..127. The inner sums are exact; the result is within {@code (blocks +
   * 3) · 2⁻²⁴} of the magnitudes of all products added, relative to the exact one.
   */
  default void multiply(
      Interleaved w,
      int from,
      int to,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    checkInterleaved(w, from, to, x.length, xo, xScales.length, xso, y.length, yo);
    PlainBlocks.multiply(w, from, to, x, xo, xScales, xso, y, yo);
  }

  /** Bytes of a block of {@link #dotsGguf}: a scale in FP16 and 32 codes. */
  static int ggufBlockBytes(int bits) {
    return 2 + BLOCK * bits / 8;
  }

  /**
   * The value of an FP16 code, IEEE 754 binary16, exactly: sign, five bits of exponent with bias
   * 15, ten of fraction.
   */
  static float fp16(short code) {
    // The fraction stands where float32 has its upper bits, and the sign, extended, on top.
    int bits = code << 13 & 0x8fff_e000;
    if ((code & 0x7c00) == 0x7c00) { // ∞ and NaN
      return Float.intBitsToFloat(bits | 0x7f80_0000);
    }
    // Exponents are 112 too low, of subnormals too: an exact multiplication.
    return Float.intBitsToFloat(bits) * 0x1p112f;
  }

  /** {@link #fp16(short)} of two bytes, the low one first. */
  static float fp16(byte[] bytes, int at) {
    return fp16((short) (bytes[at] & 255 | bytes[at + 1] << 8));
  }

  /** 1/d in float32, or 0 where that would be infinite: a block's codes for a scale of nothing. */
  static float reciprocal(float d) {
    float inverse = 1 / d;
    return Float.isInfinite(inverse) ? 0 : inverse;
  }

  /** Checks the sizes of {@link #dotsInt8(int, int, byte[], int, byte[], int[], int[])}. */
  static void checkDotsInt8(
      int count, int n, int xLength, int xo, int rowsLength, int[] at, int yLength) {
    Check.inside("places of rows", 0, count, at.length);
    Check.inside("sums", 0, count, yLength);
    Check.inside("vector", xo, n, xLength);
    for (int i = 0; i < count; i++) {
      Check.inside("row", at[i], n, rowsLength);
    }
  }

  /**
   * Checks the sizes of {@link #dotsInt8(InterleavedBytes, int, int, byte[], int, short[], int)}.
   */
  static void checkDotsInt8(
      InterleavedBytes w, int from, int to, int xLength, int xo, int yLength, int yo) {
    checkGroups(from, to, w.groups());
    Check.inside("vector", xo, w.cols(), xLength);
    Check.inside("sums", yo, Check.elements("sums", to - from, InterleavedBytes.ROWS), yLength);
  }

  private static void checkGroups(int from, int to, int groups) {
    if (from < 0 || from > to || to > groups) {
      Check.that(false, "groups %d to %d are not inside of %d groups", from, to, groups);
    }
  }

  /** Checks the sizes of the kernels of blocks of {@code bytes} bytes. */
  static void checkBlocks(
      int blocks,
      int codesLength,
      int co,
      int step,
      int bytes,
      int scalesLength,
      int so,
      int xLength,
      int xo) {
    Check.inside("scales", so, blocks, scalesLength);
    Check.range("step", step, bytes, Check.MAX_ELEMENTS);
    checkBlocks("x", blocks, BLOCK, BLOCK, xLength, xo);
    checkBlocks("codes", blocks, step, bytes, codesLength, co);
  }

  private static void checkBlocks(
      String name, int blocks, int step, int width, int length, int offset) {
    long end = blocks == 0 ? offset : offset + (blocks - 1L) * step + width;
    if (offset < 0 || end > length) {
      Check.that(
          false,
          "%s: %d blocks of %d elements, %d apart, do not lie inside an array of %d from %d",
          name,
          blocks,
          width,
          step,
          length,
          offset);
    }
  }

  /** Checks the sizes of {@link #dotsGguf}. */
  static void checkGguf(
      int bits,
      int rows,
      int blocks,
      int wLength,
      int wo,
      int xLength,
      int xo,
      int xScalesLength,
      int xso,
      int yLength,
      int yo) {
    if (bits != 4 && bits != 8) {
      Check.that(false, "codes have %d bits: they must have 4 or 8", bits);
    }
    Check.inside("y", yo, rows, yLength);
    Check.inside("scales of x", xso, blocks, xScalesLength);
    checkBlocks("x", blocks, BLOCK, BLOCK, xLength, xo);
    int bytes = ggufBlockBytes(bits);
    checkBlocks("w", Check.elements("blocks", rows, blocks), bytes, bytes, wLength, wo);
  }

  /**
   * Checks the sizes of {@link #multiply(Interleaved, int, int, short[], int, float[], int,
   * float[], int)}.
   */
  static void checkInterleaved(
      Interleaved w,
      int from,
      int to,
      int xLength,
      int xo,
      int xScalesLength,
      int xso,
      int yLength,
      int yo) {
    checkGroups(from, to, w.groups());
    checkBlocks("x", w.blocks(), BLOCK, BLOCK, xLength, xo);
    Check.inside("scales of x", xso, w.blocks(), xScalesLength);
    Check.inside("y", yo, w.rows(), yLength);
  }
}

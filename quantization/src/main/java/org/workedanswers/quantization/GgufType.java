package org.workedanswers.quantization;

import java.util.Objects;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.QuantizedKernels;

/**
 * Block formats of GGUF files, byte for byte as ggml writes them: 32 weights, an FP16 scale d and
 * in some an FP16 minimum m.
 *
 * <pre>
 *        bytes of a block, in file order                 value of code u      d             m
 * Q8_0   d 2, codes 32                                   d · u, signed        max |w| / 127
 * Q4_0   d 2, halves 16                                  d · (u - 8)          w* / -8
 * Q4_1   d 2, m 2, halves 16                             d · u + m            (max - min) / 15    min
 * Q5_0   d 2, fifth bits 4, halves 16                    d · (u - 16)         w* / -16
 * Q5_1   d 2, m 2, fifth bits 4, halves 16               d · u + m            (max - min) / 31    min
 * </pre>
 *
 * w* is the weight of largest magnitude with its sign, the first of equals: it gets code 0 exactly,
 * which is the one that has no opposite. Byte i of the halves holds weight i in its low four bits
 * and weight i + 16 in its high four; bit i of the fifth bits (a little-endian word) belongs to
 * weight i. FP16 values are little-endian too.
 *
 * <p><b>Rounding.</b> Codes are chosen with d in float32, before d is rounded to FP16, by
 * multiplying with the float32 reciprocal 1/d:
 *
 * <pre>
 * Q8_0   round(w/d), halfway away from zero
 * Q4_0   ⌊w/d + 8.5⌋, at most 15          Q5_0   ⌊w/d + 16.5⌋, at most 31
 * Q4_1   ⌊(w - min)/d + 0.5⌋, at most 15  Q5_1   ⌊(w - min)/d + 0.5⌋, at most 31
 * </pre>
 *
 * d = 0 gives code 8, 16 or 0, that is, the value 0 or m. Below 2.9e-39 the reciprocal of d would
 * be infinite, which C leaves undefined; such a block is written as if d were 0, and FP16 makes d 0
 * there anyway. Where d or m would pass FP16's range ggml writes infinity; here the block is
 * refused. A row must hold whole blocks.
 *
 * <p>Source: ggml, {@code ggml-quants.c}, the reference quantisers {@code quantize_row_*_ref}, and
 * the block structures of {@code ggml-common.h}.
 */
public enum GgufType implements Format, GgufBlockFormat {
  /** Eight bits a code, 34 bytes a block: 8.5 bits a weight. */
  Q8_0(8, 34, false),
  /** Four bits a code, 18 bytes a block: 4.5 bits a weight. */
  Q4_0(4, 18, false),
  /** Four bits a code and a minimum, 20 bytes a block: 5 bits a weight. */
  Q4_1(4, 20, true),
  /** Five bits a code, 22 bytes a block: 5.5 bits a weight. */
  Q5_0(5, 22, false),
  /** Five bits a code and a minimum, 24 bytes a block: 6 bits a weight. */
  Q5_1(5, 24, true);

  /** Weights in a block. */
  public static final int BLOCK = 32;

  private final int bits;
  private final int blockBytes;
  private final boolean minimum;

  GgufType(int bits, int blockBytes, boolean minimum) {
    this.bits = bits;
    this.blockBytes = blockBytes;
    this.minimum = minimum;
  }

  @Override
  public int payloadBits() {
    return bits;
  }

  @Override
  public int blockSize() {
    return BLOCK;
  }

  @Override
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether a block has a minimum m beside its scale d. */
  public boolean hasMinimum() {
    return minimum;
  }

  @Override
  public long storageBytes(long rows, long cols) {
    Weights.checkShape(name(), rows, cols, BLOCK);
    return Math.multiplyExact(Math.multiplyExact(rows, cols) / BLOCK, blockBytes);
  }

  @Override
  public GgufMatrix quantize(Matrix w) {
    return quantize(Loop.sequential(), w);
  }

  @Override
  public GgufMatrix quantize(Loop loop, Matrix w) {
    return quantize(PlainKernels.PLAIN, loop, w);
  }

  /**
   * {@link #quantize(Loop, Matrix)} with kernels that may be faster for Q8_0 and Q4_0; the bits are
   * the same.
   */
  public GgufMatrix quantize(Kernels kernels, Loop loop, Matrix w) {
    Weights.checkShape(name(), w.rows(), w.cols(), BLOCK);
    int rowBytes = w.cols() / BLOCK * blockBytes;
    byte[] blocks = new byte[Check.elements("blocks", w.rows(), rowBytes)];
    loop.ranges(
        w.rows(),
        (from, to) -> {
          float[] scales = new float[w.cols() / BLOCK];
          for (int i = from; i < to; i++) {
            if (this == Q8_0 || this == Q4_0) {
              quantizeRow(kernels, w, i, blocks, i * rowBytes, scales);
            } else {
              quantizeRow(w, i, blocks, i * rowBytes);
            }
          }
        });
    return new GgufMatrix(this, w.rows(), w.cols(), blocks);
  }

  private void quantizeRow(
      Kernels kernels, Matrix w, int row, byte[] blocks, int at, float[] scales) {
    int count = scales.length;
    int from = w.index(row, 0);
    int written =
        this == Q8_0
            ? kernels.quantizeInt8(count, w.data(), from, blocks, at + 2, blockBytes, scales, 0)
            : kernels.quantizeInt4(count, w.data(), from, blocks, at + 2, blockBytes, scales, 0);
    if (written < count) {
      Weights.checkFinite(name(), w, row);
    }
    for (int b = 0; b < count; b++) {
      GgufBlocks.putFp16(blocks, at + b * blockBytes, scales[b]);
      if (Math.abs(scales[b]) > Fp16.MAX) {
        checkFinite(row, b, blocks, at + b * blockBytes);
      }
    }
  }

  private void quantizeRow(Matrix w, int row, byte[] blocks, int at) {
    Weights.checkFinite(name(), w, row);
    for (int b = 0; b < w.cols() / BLOCK; b++) {
      int from = w.index(row, b * BLOCK);
      if (this == Q5_0) {
        GgufBlocks.quantizeQ5(w.data(), from, blocks, at + b * blockBytes);
      } else {
        GgufBlocks.quantizeFromMinimum(bits, w.data(), from, blocks, at + b * blockBytes);
      }
      checkFinite(row, b, blocks, at + b * blockBytes);
    }
  }

  /** Refuses a block whose scale or minimum has become infinite. */
  void checkFinite(int row, int block, byte[] blocks, int at) {
    float d = QuantizedKernels.fp16(blocks, at);
    float m = minimum ? QuantizedKernels.fp16(blocks, at + 2) : 0;
    if (Math.abs(d) > Fp16.MAX || Math.abs(m) > Fp16.MAX) {
      throw new IllegalArgumentException(
          String.format(
              "row %d, weights %d to %d: the %s of %s must be below 65520 to be FP16",
              row,
              block * BLOCK,
              block * BLOCK + BLOCK - 1,
              Math.abs(d) <= Fp16.MAX ? "minimum" : "scale",
              name()));
    }
  }

  @Override
  public void widen(byte[] in, int at, float[] x, int to) {
    Objects.checkFromIndexSize(at, blockBytes, in.length);
    Objects.checkFromIndexSize(to, BLOCK, x.length);
    dequantizeBlock(in, at, x, to);
  }

  /** Widens the block at {@code in[at...]} to {@code x[xo...]}; unchecked. */
  void dequantizeBlock(byte[] in, int at, float[] x, int xo) {
    float d = QuantizedKernels.fp16(in, at);
    switch (this) {
      case Q8_0 -> GgufBlocks.widenEight(in, at + 2, d, x, xo);
      case Q4_0 -> GgufBlocks.widenFour(in, at + 2, d, 8, GgufBlocks.NO_MINIMUM, x, xo);
      case Q4_1 -> GgufBlocks.widenFour(in, at + 4, d, 0, QuantizedKernels.fp16(in, at + 2), x, xo);
      case Q5_0 -> GgufBlocks.widenFive(in, at + 2, d, 16, GgufBlocks.NO_MINIMUM, x, xo);
      case Q5_1 -> GgufBlocks.widenFive(in, at + 4, d, 0, QuantizedKernels.fp16(in, at + 2), x, xo);
    }
  }
}

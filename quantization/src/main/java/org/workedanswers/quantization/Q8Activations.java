package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Activations X [n x cols] quantised as {@link GgufType#Q8_0}: signed bytes, and for each block of
 * 32 a scale d' and the sum of its codes.
 *
 * <p>What it changes: |x̂ - x| ≤ d'/2 and the rounding of d' to FP16, d' being max |x| / 127 over
 * the block. Source: ggml's {@code quantize_row_q8_0}; the sums take the place of the {@code s} in
 * its {@code block_q8_1}, kept exact and not as FP16.
 */
final class Q8Activations {
  private final int blocksPerRow;
  private final byte[] codes;
  private final float[] scales;
  private final int[] sums;

  private Q8Activations(int rows, int cols) {
    blocksPerRow = cols / GgufType.BLOCK;
    codes = new byte[Check.elements("activations", rows, cols)];
    scales = new float[rows * blocksPerRow];
    sums = new int[rows * blocksPerRow];
  }

  static Q8Activations of(Matrix x) {
    Q8Activations q = new Q8Activations(x.rows(), x.cols());
    byte[] block = new byte[GgufType.Q8_0.blockBytes()];
    for (int i = 0; i < x.rows(); i++) {
      for (int b = 0; b < q.blocksPerRow; b++) {
        int from = x.index(i, b * GgufType.BLOCK);
        checkRange(x, i, b * GgufType.BLOCK, from);
        GgufType.Q8_0.quantizeBlock(x.data(), from, block, 0);
        int at = i * q.blocksPerRow + b;
        q.scales[at] = GgufBlocks.fp16(block, 0);
        System.arraycopy(block, 2, q.codes, at * GgufType.BLOCK, GgufType.BLOCK);
        for (int k = 0; k < GgufType.BLOCK; k++) {
          q.sums[at] += block[2 + k];
        }
      }
    }
    return q;
  }

  private static void checkRange(Matrix x, int row, int col, int from) {
    for (int k = 0; k < GgufType.BLOCK; k++) {
      float value = x.data()[from + k];
      if (!(Math.abs(value) < 65520f * 127)) { // NaN too
        throw new IllegalArgumentException(
            String.format(
                "X(%d, %d) is %s: activations in Q8_0 must be finite and below 65520 · 127",
                row, col + k, value));
      }
    }
  }

  byte[] codes() {
    return codes;
  }

  int codesAt(int row, int block) {
    return (row * blocksPerRow + block) * GgufType.BLOCK;
  }

  float scale(int row, int block) {
    return scales[row * blocksPerRow + block];
  }

  /** The sum of a block's codes. */
  int sum(int row, int block) {
    return sums[row * blocksPerRow + block];
  }
}

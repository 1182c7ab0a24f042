package org.workedanswers.quantization;

import org.workedanswers.core.Kernels;

/**
 * A row of a {@link GgufMatrix} made ready for products: its scales widened, and codes of five bits
 * unpacked. A thread has one and uses it again.
 *
 * <pre>
 * y = Σ over blocks of (d d') Σ u u' + o (d' Σ u'),   o = m, or -2ᵇ⁻¹ d where codes are from 0
 * </pre>
 */
final class GgufRow {
  private static final ThreadLocal<GgufRow> OF_THREAD = ThreadLocal.withInitial(GgufRow::new);

  private GgufType type;
  private int count;
  private byte[] blocks;
  private int codesAt;
  private float[] d = new float[0];
  private float[] offsets = new float[0];
  private float[] scales = new float[0];
  private byte[] unpacked = new byte[0];

  private GgufRow() {}

  /** The calling thread's, for rows of {@code cols} weights. */
  static GgufRow ofThread(int cols) {
    GgufRow row = OF_THREAD.get();
    row.count = cols / GgufType.BLOCK;
    if (row.d.length < row.count) {
      row.d = new float[row.count];
      row.offsets = new float[row.count];
      row.scales = new float[row.count];
    }
    return row;
  }

  void read(GgufType type, byte[] blocks, int at) {
    this.type = type;
    this.blocks = blocks;
    codesAt = at + (type.hasMinimum() ? 4 : 2);
    for (int b = 0; b < count; b++) {
      d[b] = GgufBlocks.fp16(blocks, at + b * type.blockBytes());
    }
    if (type.hasMinimum()) {
      for (int b = 0; b < count; b++) {
        offsets[b] = GgufBlocks.fp16(blocks, at + b * type.blockBytes() + 2);
      }
    } else {
      int zero = 1 << (type.payloadBits() - 1);
      for (int b = 0; b < count; b++) {
        offsets[b] = -zero * d[b];
      }
    }
    if (type.payloadBits() == 5) {
      unpack();
    }
  }

  private void unpack() {
    if (unpacked.length < count * GgufType.BLOCK) {
      unpacked = new byte[count * GgufType.BLOCK];
    }
    for (int b = 0; b < count; b++) {
      GgufBlocks.unpackFive(blocks, codesAt + b * type.blockBytes(), unpacked, b * GgufType.BLOCK);
    }
  }

  /** The product with a token's activations. */
  float dot(Kernels kernels, Q8Activations x, int token) {
    int at = x.blocksAt(token);
    for (int b = 0; b < count; b++) {
      scales[b] = d[b] * x.scales()[at + b];
    }
    short[] codes = x.codes();
    int from = x.codesAt(token);
    int step = type.blockBytes();
    if (type == GgufType.Q8_0) {
      return kernels.dotBlocksInt8(count, blocks, codesAt, step, scales, 0, codes, from);
    }
    float products =
        type.payloadBits() == 4
            ? kernels.dotBlocksInt4(count, blocks, codesAt, step, scales, 0, codes, from)
            : kernels.dotBlocksInt8(
                count, unpacked, 0, GgufType.BLOCK, scales, 0, codes, from);
    return products + kernels.dot(count, offsets, 0, x.scaledSums(), at);
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.QuantizedKernels;

/**
 * A row of a {@link GgufMatrix} with minima or codes of five bits made ready for products: its
 * scales widened, and the codes unpacked. A thread has one and uses it again.
 *
 * <pre>
 * y = Σ over blocks of (d d') Σ (u - z) u' + m (d' Σ u'),   z = 2ᵇ⁻¹ where there is no m
 * </pre>
 */
final class GgufRow {
  private static final ThreadLocal<GgufRow> OF_THREAD = ThreadLocal.withInitial(GgufRow::new);

  private GgufType type;
  private int count;
  private byte[] blocks;
  private int codesAt;
  private float[] d = new float[0];
  private float[] m = new float[0];
  private float[] scales = new float[0];
  private byte[] unpacked = new byte[0];

  private GgufRow() {}

  /** The calling thread's, for rows of {@code cols} weights. */
  static GgufRow ofThread(int cols) {
    GgufRow row = OF_THREAD.get();
    row.count = cols / GgufType.BLOCK;
    if (row.d.length < row.count) {
      row.d = new float[row.count];
      row.m = new float[row.count];
      row.scales = new float[row.count];
    }
    return row;
  }

  void read(GgufType type, byte[] blocks, int at) {
    this.type = type;
    this.blocks = blocks;
    int step = type.blockBytes();
    codesAt = at + (type.hasMinimum() ? 4 : 2);
    widen(at, step, d);
    if (type.hasMinimum()) {
      widen(at + 2, step, m);
    }
    if (type.payloadBits() == 5) {
      unpack(step);
    }
  }

  private void widen(int at, int step, float[] into) {
    byte[] from = blocks; // locals: fields would be read again after each write to an array
    int n = count;
    for (int b = 0; b < n; b++) {
      into[b] = QuantizedKernels.fp16(from, at + b * step);
    }
  }

  private void unpack(int step) {
    if (unpacked.length < count * GgufType.BLOCK) {
      unpacked = new byte[count * GgufType.BLOCK];
    }
    int zero = type.hasMinimum() ? 0 : 1 << (type.payloadBits() - 1);
    for (int b = 0; b < count; b++) {
      GgufBlocks.unpackFive(blocks, codesAt + b * step, zero, unpacked, b * GgufType.BLOCK);
    }
  }

  /** The product with a token's activations. */
  float dot(Kernels kernels, Q8Activations x, int token) {
    int at = x.blocksAt(token);
    x.scale(d, count, token, scales);
    short[] u = x.codes();
    int uAt = x.codesAt(token);
    int step = type.blockBytes();
    float sum =
        type == GgufType.Q4_1
            ? kernels.dotBlocksInt4(count, blocks, codesAt, step, 0, scales, 0, u, uAt)
            : kernels.dotBlocksInt8(count, unpacked, 0, GgufType.BLOCK, scales, 0, u, uAt);
    return type.hasMinimum() ? sum + kernels.dot(count, m, 0, x.scaledSums(), at) : sum;
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.QuantizedKernels;

/**
 * The grids of {@link GgufType}: d · (u - z) + m. As in ggml, codes are chosen by d in float32 and
 * ŵ is what comes back by d in FP16.
 */
final class GgufGrids extends GridWriter {
  private final GgufType type;
  private final int rows;
  private final int cols;
  private final byte[] blocks;

  /** By block: 1/d, and the minimum m in float32. */
  private final float[] inverses;

  private final float[] minima;

  GgufGrids(GgufType type, int rows, int cols) {
    super(GgufType.BLOCK, false);
    this.type = type;
    this.rows = rows;
    this.cols = cols;
    int perRow = cols / GgufType.BLOCK;
    blocks = new byte[Check.elements("blocks", rows, (long) perRow * type.blockBytes())];
    inverses = new float[rows * perRow];
    minima = new float[inverses.length];
  }

  @Override
  void grid(int i, int from, float[] w, int at) {
    float d =
        switch (type) {
          case Q8_0 -> Weights.absMax(w, at, GgufType.BLOCK) / 127;
          case Q4_0 -> GgufBlocks.largest(w, at) / -8;
          case Q5_0 -> GgufBlocks.largest(w, at) / -16;
          case Q4_1 -> (GgufBlocks.max(w, at) - GgufBlocks.min(w, at)) / 15;
          case Q5_1 -> (GgufBlocks.max(w, at) - GgufBlocks.min(w, at)) / 31;
        };
    int block = block(i, from);
    int start = block * type.blockBytes();
    inverses[block] = QuantizedKernels.reciprocal(d);
    GgufBlocks.putFp16(blocks, start, d);
    if (type.hasMinimum()) {
      minima[block] = GgufBlocks.min(w, at);
      GgufBlocks.putFp16(blocks, start + 2, minima[block]);
    }
    type.checkFinite(i, from / GgufType.BLOCK, blocks, start);
  }

  @Override
  float round(int i, int j, float w) {
    int block = block(i, j);
    int start = block * type.blockBytes();
    int place = j % GgufType.BLOCK;
    float d = QuantizedKernels.fp16(blocks, start);
    float x = (w - minima[block]) * inverses[block];
    if (type == GgufType.Q8_0) {
      int u = (int) Math.min(127, Math.floor(Math.abs((double) x) + 0.5)); // halfway from zero
      u = x < 0 ? -u : u;
      blocks[start + 2 + place] = (byte) u;
      return d * u;
    }
    int bits = type.payloadBits();
    int z = type.hasMinimum() ? 0 : 1 << (bits - 1);
    int u = Math.max(0, Math.min((1 << bits) - 1, (int) (x + (z + 0.5f))));
    GgufBlocks.putCode(bits, blocks, start + (type.hasMinimum() ? 4 : 2), place, u);
    float m = type.hasMinimum() ? QuantizedKernels.fp16(blocks, start + 2) : GgufBlocks.NO_MINIMUM;
    return d * (u - z) + m;
  }

  private int block(int i, int j) {
    return i * (cols / GgufType.BLOCK) + j / GgufType.BLOCK;
  }

  @Override
  GgufMatrix finish() {
    return new GgufMatrix(type, rows, cols, blocks);
  }
}

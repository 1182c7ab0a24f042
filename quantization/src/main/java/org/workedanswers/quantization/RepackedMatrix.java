package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Interleaved;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.QuantizedKernels;

/**
 * The weights of a {@link GgufMatrix} in Q8_0 or Q4_0, exactly, in another order: 32 rows stand
 * side by side, as {@link Interleaved} says, so that a vector multiplies many rows with one
 * activation and nothing is added across its lanes.
 *
 * <p>Scales are widened to float32: 9 bits a weight for Q8_0, 5 for Q4_0; rows are filled up to a
 * multiple of 32. It is made once, from a file's bytes, for a model that answers many times.
 * Immutable.
 */
public final class RepackedMatrix implements BlockMatrix {
  private final GgufType type;
  private final int cols;
  private final Interleaved w;
  private final Q8Activations.Part part = this::groups;

  private RepackedMatrix(GgufType type, int cols, Interleaved w) {
    this.type = type;
    this.cols = cols;
    this.w = w;
  }

  static RepackedMatrix of(GgufType type, int rows, int cols, byte[] blocks) {
    Check.that(
        type == GgufType.Q8_0 || type == GgufType.Q4_0,
        "the format is %s: Q8_0 and Q4_0 can be repacked",
        type);
    int blocksPerRow = cols / GgufType.BLOCK;
    Interleaved w = new Interleaved(type.payloadBits(), rows, blocksPerRow);
    for (int r = 0; r < rows; r++) {
      for (int b = 0; b < blocksPerRow; b++) {
        int at = (r * blocksPerRow + b) * type.blockBytes();
        w.scales()[w.scaleAt(r, b)] = QuantizedKernels.fp16(blocks, at);
        for (int i = 0; i < GgufType.BLOCK; i++) {
          int u =
              type == GgufType.Q8_0
                  ? blocks[at + 2 + i] + w.zero() // GGUF's are signed
                  : GgufBlocks.fourBits(blocks, at + 2, i);
          w.put(r, b * GgufType.BLOCK + i, u);
        }
      }
    }
    return new RepackedMatrix(type, cols, w);
  }

  @Override
  public String format() {
    return type.name();
  }

  @Override
  public int rows() {
    return w.rows();
  }

  @Override
  public int cols() {
    return cols;
  }

  /** {@inheritDoc} Those of rows that fill up the last group are not counted. */
  @Override
  public long payloadBytes() {
    return (long) rows() * cols * type.payloadBits() / 8;
  }

  @Override
  public long storageBytes() {
    return w.codes().length + (long) w.scales().length * Float.BYTES;
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    Weights.checkRow(this, row, into, offset);
    for (int j = 0; j < cols; j++) {
      float d = w.scales()[w.scaleAt(row, j / GgufType.BLOCK)];
      into[offset + j] = d * (w.code(row, j) - w.zero());
    }
  }

  /** {@inheritDoc} Threads share groups of 32 rows. */
  @Override
  public void multiplyTransposedQ8(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    RowProducts.checkShapes(this, x, y);
    Q8Activations.forEach(kernels, loop, x, y, w.groups(), part);
  }

  private void groups(Kernels kernels, Q8Activations x, Matrix y, int from, int to) {
    for (int i = 0; i < x.tokens(); i++) {
      int yo = y.index(x.row(i), 0);
      kernels.multiply(
          w, from, to, x.codes(), x.codesAt(i), x.scales(), x.blocksAt(i), y.data(), yo);
    }
  }
}

package org.workedanswers.quantization;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A weight matrix in one of GGUF's block formats, its bytes as they stand in a file: row after row,
 * block after block.
 *
 * <p>Beside the products with float activations there are those of llama.cpp, {@link #multiplyQ8}:
 * activations become {@link GgufType#Q8_0} too, the sums of a block are whole numbers, and no
 * weight is widened. What that adds to the error is at most half a step of Q8_0 an activation.
 */
public final class GgufMatrix implements QuantizedMatrix {
  private final GgufType type;
  private final int rows;
  private final int cols;
  private final byte[] blocks;

  GgufMatrix(GgufType type, int rows, int cols, byte[] blocks) {
    this.type = type;
    this.rows = rows;
    this.cols = cols;
    this.blocks = blocks;
  }

  /**
   * A matrix over the bytes of a file's tensor, which are not copied and must not change.
   *
   * @throws IllegalArgumentException if rows of {@code cols} are not whole blocks, or the number of
   *     bytes is not theirs
   */
  public static GgufMatrix wrap(GgufType type, int rows, int cols, byte[] blocks) {
    long bytes = type.storageBytes(rows, cols);
    Check.that(
        blocks.length == bytes,
        "%d x %d weights in %s are %d bytes, and there are %d",
        rows,
        cols,
        type,
        bytes,
        blocks.length);
    return new GgufMatrix(type, rows, cols, blocks);
  }

  /** The format as a value. */
  public GgufType type() {
    return type;
  }

  /** A copy of the bytes, as a file has them. */
  public byte[] bytes() {
    return blocks.clone();
  }

  /**
   * The block of row {@code row} that holds weights 32 · {@code block} and the 31 after it, taken
   * apart.
   *
   * @throws IllegalArgumentException if there is no such row or block
   */
  public GgufBlock explain(int row, int block) {
    Check.that(
        row >= 0 && row < rows && block >= 0 && block < cols / GgufType.BLOCK,
        "row %d, block %d is outside of %d rows of %d blocks",
        row,
        block,
        rows,
        cols / GgufType.BLOCK);
    int at = start(row) + block * type.blockBytes();
    return GgufBlock.of(type, Arrays.copyOfRange(blocks, at, at + type.blockBytes()));
  }

  @Override
  public String format() {
    return type.name();
  }

  @Override
  public int rows() {
    return rows;
  }

  @Override
  public int cols() {
    return cols;
  }

  @Override
  public long payloadBytes() {
    return (long) rows * cols * type.payloadBits() / 8;
  }

  @Override
  public long storageBytes() {
    return blocks.length;
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    Weights.checkRow(this, row, into, offset);
    int at = start(row);
    for (int j = 0; j < cols; j += GgufType.BLOCK) {
      type.dequantizeBlock(blocks, at, into, offset + j);
      at += type.blockBytes();
    }
  }

  private int start(int row) {
    return row * (cols / GgufType.BLOCK * type.blockBytes());
  }

  /**
   * y = W x̂, x̂ being x in Q8_0: x is {@code cols} values from {@code xo}, y is {@code rows}
   * values from {@code yo}.
   *
   * @throws IllegalArgumentException if a run is not inside of its array, or x holds NaN, an
   *     infinity or a magnitude of 8.3 million and more
   */
  public void multiplyQ8(Kernels kernels, Loop loop, float[] x, int xo, float[] y, int yo) {
    Check.inside("x", xo, cols, x.length);
    Check.inside("y", yo, rows, y.length);
    multiplyTransposedQ8(
        kernels, loop, Matrix.view(x, xo, 1, cols, cols), Matrix.view(y, yo, 1, rows, rows));
  }

  /**
   * Y = X̂ Wᵀ, X̂ being X [n x cols] in Q8_0; Y is [n x rows].
   *
   * <pre>
   * a block's part of y, d and m the weights', d' the activations' scale, Σ over its 32 codes:
   * Q8_0         d d' Σ u u'
   * Q4_0, Q5_0   d d' (Σ u u' - 2ᵇ⁻¹ Σ u')
   * Q4_1, Q5_1   d d' Σ u u' + m d' Σ u'
   * </pre>
   *
   * The sums over codes are exact; blocks are added in float32 from the first to the last, so the
   * result is within {@code (n + 3) · 2⁻²⁴} of the magnitudes added, n the blocks of a row.
   *
   * @throws IllegalArgumentException as {@link #multiplyQ8}, or if the shapes do not fit
   */
  public void multiplyTransposedQ8(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    RowProducts.checkShapes(this, x, y);
    Q8Activations activations = Q8Activations.of(x);
    loop.ranges(
        rows,
        (from, to) -> {
          byte[] codes = new byte[GgufType.BLOCK];
          for (int r = from; r < to; r++) {
            for (int i = 0; i < x.rows(); i++) {
              y.data()[y.index(i, r)] = dot(kernels, start(r), activations, i, codes);
            }
          }
        });
  }

  private float dot(Kernels kernels, int start, Q8Activations x, int row, byte[] codes) {
    int at = start;
    float sum = 0;
    for (int b = 0; b < cols / GgufType.BLOCK; b++) {
      float dd = GgufBlocks.fp16(blocks, at) * x.scale(row, b);
      int xAt = x.codesAt(row, b);
      switch (type) {
        case Q8_0 -> sum += dd * kernels.dotInt8(GgufType.BLOCK, blocks, at + 2, x.codes(), xAt);
        case Q4_0 -> {
          int dot = kernels.dotInt4(GgufType.BLOCK, blocks, at + 2, x.codes(), xAt);
          sum += dd * (dot - 8 * x.sum(row, b));
        }
        case Q4_1 -> {
          int dot = kernels.dotInt4(GgufType.BLOCK, blocks, at + 4, x.codes(), xAt);
          sum += dd * dot + minimumPart(at, x, row, b);
        }
        case Q5_0 -> {
          GgufBlocks.unpackFive(blocks, at + 2, codes);
          int dot = kernels.dotInt8(GgufType.BLOCK, codes, 0, x.codes(), xAt);
          sum += dd * (dot - 16 * x.sum(row, b));
        }
        case Q5_1 -> {
          GgufBlocks.unpackFive(blocks, at + 4, codes);
          int dot = kernels.dotInt8(GgufType.BLOCK, codes, 0, x.codes(), xAt);
          sum += dd * dot + minimumPart(at, x, row, b);
        }
      }
      at += type.blockBytes();
    }
    return sum;
  }

  private float minimumPart(int at, Q8Activations x, int row, int block) {
    return GgufBlocks.fp16(blocks, at + 2) * (x.scale(row, block) * x.sum(row, block));
  }
}

package org.workedanswers.quantization;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A weight matrix in one of GGUF's block formats, its bytes as they stand in a file: row after row,
 * block after block. {@link #repacked} has them in an order that multiplies faster.
 */
public final class GgufMatrix implements BlockMatrix {
  private final GgufType type;
  private final int rows;
  private final int cols;
  private final byte[] blocks;
  private final Q8Activations.Part part;

  GgufMatrix(GgufType type, int rows, int cols, byte[] blocks) {
    this.type = type;
    this.rows = rows;
    this.cols = cols;
    this.blocks = blocks;
    part = type == GgufType.Q8_0 || type == GgufType.Q4_0 ? this::asTheyStand : this::unpacked;
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
   * The same weights for products that are asked for often; for Q8_0 and Q4_0.
   *
   * @throws IllegalArgumentException if the format is another, or the rows filled up to a multiple
   *     of 32 pass what an array can hold
   */
  public RepackedMatrix repacked() {
    return RepackedMatrix.of(type, rows, cols, blocks);
  }

  /**
   * {@inheritDoc}
   *
   * <pre>
   * a block's part of y, d and m the weights', d' the activations' scale, Σ over its 32 codes:
   * Q8_0         d d' Σ u u'
   * Q4_0, Q5_0   d d' Σ (u - 2ᵇ⁻¹) u'
   * Q4_1, Q5_1   d d' Σ u u' + m (d' Σ u')
   * </pre>
   */
  @Override
  public void multiplyTransposedQ8(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    RowProducts.checkShapes(this, x, y);
    Q8Activations.forEach(kernels, loop, x, y, rows, part);
  }

  /** Q8_0 and Q4_0: a few rows at a time, which tokens after the first find in the cache. */
  private void asTheyStand(Kernels kernels, Q8Activations x, Matrix y, int from, int to) {
    int perRow = cols / GgufType.BLOCK;
    for (int r = from; r < to; r += TILE) {
      int count = Math.min(TILE, to - r);
      for (int i = 0; i < x.tokens(); i++) {
        kernels.dotsGguf(
            type.payloadBits(),
            count,
            perRow,
            blocks,
            start(r),
            x.codes(),
            x.codesAt(i),
            x.scales(),
            x.blocksAt(i),
            y.data(),
            y.index(x.row(i), r));
      }
    }
  }

  private void unpacked(Kernels kernels, Q8Activations x, Matrix y, int from, int to) {
    GgufRow row = GgufRow.ofThread(cols);
    for (int r = from; r < to; r++) {
      row.read(type, blocks, start(r));
      for (int i = 0; i < x.tokens(); i++) {
        y.data()[y.index(x.row(i), r)] = row.dot(kernels, x, i);
      }
    }
  }
}

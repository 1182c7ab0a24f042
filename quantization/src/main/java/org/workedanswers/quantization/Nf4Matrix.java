package org.workedanswers.quantization;

/** A weight matrix in {@link Nf4}: two codes a byte, a scale for each block of a row. */
public final class Nf4Matrix implements QuantizedMatrix {
  private final Nf4 format;
  private final int rows;
  private final int cols;
  private final byte[] codes;
  private final ScaleStore scales;

  Nf4Matrix(Nf4 format, int rows, int cols, byte[] codes, ScaleStore scales) {
    this.format = format;
    this.rows = rows;
    this.cols = cols;
    this.codes = codes;
    this.scales = scales;
  }

  @Override
  public String format() {
    return format.name();
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
    return codes.length;
  }

  @Override
  public long storageBytes() {
    return codes.length + scales.bytes();
  }

  /**
   * The code, 0..15, of weight (i, j).
   *
   * @throws IllegalArgumentException if there is no such weight
   */
  public int code(int i, int j) {
    Weights.checkElement(this, i, j);
    int pair = codes[(i * cols + j) >>> 1];
    return (j % 2 == 0 ? pair >> 4 : pair) & 15;
  }

  /**
   * The scale of the block in which weight (i, j) stands, as the products use it.
   *
   * @throws IllegalArgumentException if there is no such weight
   */
  public float scale(int i, int j) {
    Weights.checkElement(this, i, j);
    return scales.get((i * cols + j) / format.block());
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    Weights.checkRow(this, row, into, offset);
    int block = format.block();
    int at = row * cols / 2;
    for (int from = 0; from < cols; from += block) {
      float c = scales.get((row * cols + from) / block);
      for (int k = from; k < from + block; k += 2) {
        int pair = codes[at++];
        into[offset + k] = c * Nf4.level((pair >> 4) & 15);
        into[offset + k + 1] = c * Nf4.level(pair & 15);
      }
    }
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/** A weight matrix in {@link IntFormat}: packed codes, and a scale and a zero for each group. */
public final class IntMatrix implements QuantizedMatrix {
  private final IntFormat format;
  private final int bits;
  private final int rows;
  private final int cols;
  private final int rowBytes;
  private final int groups;

  /** Codes; at 8 bits a byte is u - 128, signed, as the kernels want it. */
  private final byte[] codes;

  private final float[] scales32;
  private final short[] scales16;
  private final byte[] zeros;

  IntMatrix(IntFormat format, int rows, int cols) {
    this.format = format;
    this.bits = format.payloadBits();
    this.rows = rows;
    this.cols = cols;
    this.rowBytes = (int) BitPacking.bytes(cols, bits);
    this.groups = (int) format.grouping().groups(rows, cols);
    this.codes = new byte[Check.elements("codes", rows, rowBytes)];
    boolean half = format.scaleType() == IntFormat.ScaleType.FP16;
    this.scales32 = new float[half ? 0 : groups];
    this.scales16 = new short[half ? groups : 0];
    this.zeros = new byte[format.hasZeroPoint() ? (int) BitPacking.bytes(groups, bits) : 0];
  }

  void set(int group, float scale, int zero) {
    if (format.scaleType() == IntFormat.ScaleType.FP16) {
      scales16[group] = Fp16.fromFloat(scale);
    } else {
      scales32[group] = scale;
    }
    if (format.hasZeroPoint()) {
      BitPacking.put(zeros, 0, group, bits, zero);
    }
  }

  void setCode(int i, int j, int u) {
    if (bits == 8) {
      codes[i * rowBytes + j] = (byte) (u - 128);
    } else {
      BitPacking.put(codes, i * rowBytes, j, bits, u);
    }
  }

  /** How many groups share a scale each. */
  public int groups() {
    return groups;
  }

  /**
   * The group of weight (i, j).
   *
   * @throws IllegalArgumentException if there is no such weight
   */
  public int group(int i, int j) {
    Weights.checkElement(this, i, j);
    return format.grouping().group(i, j, cols);
  }

  /** The scale s of a group. */
  public float scale(int group) {
    return format.scaleType() == IntFormat.ScaleType.FP16
        ? Fp16.toFloat(scales16[group])
        : scales32[group];
  }

  /** The zero point z of a group: the code that stands for 0. */
  public int zero(int group) {
    return format.hasZeroPoint() ? BitPacking.get(zeros, 0, group, bits) : format.middle();
  }

  /**
   * The code u of weight (i, j), 0 ... 2ᵇ-1.
   *
   * @throws IllegalArgumentException if there is no such weight
   */
  public int code(int i, int j) {
    Weights.checkElement(this, i, j);
    return bits == 8 ? codes[i * rowBytes + j] + 128 : BitPacking.get(codes, i * rowBytes, j, bits);
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
    return codes.length
        + (long) scales32.length * Float.BYTES
        + (long) scales16.length * Short.BYTES
        + zeros.length;
  }

  @Override
  public void dequantizeRow(int row, float[] into, int offset) {
    Weights.checkRow(this, row, into, offset);
    int width = format.grouping().width(cols);
    int at = row * rowBytes;
    for (int from = 0; from < cols; from += width) {
      int group = format.grouping().group(row, from, cols);
      float s = scale(group);
      int z = zero(group);
      if (bits == 8) {
        for (int j = from; j < from + width; j++) {
          into[offset + j] = s * (codes[at + j] + (128 - z));
        }
      } else {
        for (int j = from; j < from + width; j++) {
          into[offset + j] = s * (BitPacking.get(codes, at, j, bits) - z);
        }
      }
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>INT8 without a zero point is not widened at all: y = Σ over groups of s · Σ x · (u - 128).
   */
  @Override
  public void multiplyTransposed(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    if (bits != 8 || format.hasZeroPoint()) {
      RowProducts.multiplyTransposed(this, kernels, loop, x, y);
      return;
    }
    RowProducts.checkShapes(this, x, y);
    int width = format.grouping().width(cols);
    loop.forEach(
        rows,
        r -> {
          for (int i = 0; i < x.rows(); i++) {
            float sum = 0;
            for (int from = 0; from < cols; from += width) {
              float s = scale(format.grouping().group(r, from, cols));
              sum +=
                  s
                      * kernels.dotFloatInt8(
                          width, x.data(), x.index(i, from), codes, r * rowBytes + from);
            }
            y.data()[y.index(i, r)] = sum;
          }
        });
  }
}

package org.workedanswers.quantization;

import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Floating point, a code a weight and no scales: FP32, against which all are measured, {@link Fp16}
 * and {@link Bf16}. Any row is fine. A finite weight that would become infinite is refused.
 */
public enum FloatFormat implements Format {
  /** IEEE 754 binary32: kept as it is. */
  FP32(32, Float.MAX_VALUE),
  /** IEEE 754 binary16, rounded to nearest, halfway to even. */
  FP16(16, Fp16.MAX),
  /** bfloat16, rounded to nearest, halfway to even. */
  BF16(16, Bf16.MAX);

  private final int bits;
  private final float max;

  FloatFormat(int bits, float max) {
    this.bits = bits;
    this.max = max;
  }

  @Override
  public int payloadBits() {
    return bits;
  }

  @Override
  public long storageBytes(long rows, long cols) {
    Weights.checkShape(name(), rows, cols, 1);
    return Math.multiplyExact(Math.multiplyExact(rows, cols), bits / 8);
  }

  @Override
  public QuantizedMatrix quantize(Loop loop, Matrix w) {
    Weights.checkShape(name(), w.rows(), w.cols(), 1);
    if (this == FP32) {
      Matrix copy = Matrix.zeros(w.rows(), w.cols());
      loop.forEach(
          w.rows(),
          i -> {
            Weights.checkFinite(name(), w, i);
            System.arraycopy(w.data(), w.index(i, 0), copy.data(), copy.index(i, 0), w.cols());
          });
      return new Fp32Matrix(copy);
    }
    short[] codes = new short[Check.elements("codes", w.rows(), w.cols())];
    loop.forEach(
        w.rows(),
        i -> {
          Weights.checkFinite(name(), w, i);
          for (int j = 0; j < w.cols(); j++) {
            short code = encode(w.data()[w.index(i, j)]);
            checkFits(w, i, j, code);
            codes[i * w.cols() + j] = code;
          }
        });
    return new HalfMatrix(this, w.rows(), w.cols(), codes);
  }

  private void checkFits(Matrix w, int i, int j, short code) {
    if (Float.isInfinite(decode(code))) {
      throw new IllegalArgumentException(
          String.format(
              "W(%d, %d) is %s: %s ends at %s", i, j, w.data()[w.index(i, j)], name(), max));
    }
  }

  short encode(float x) {
    return this == FP16 ? Fp16.fromFloat(x) : Bf16.fromFloat(x);
  }

  float decode(short code) {
    return this == FP16 ? Fp16.toFloat(code) : Bf16.toFloat(code);
  }

  /** Weights as they were, for comparison. */
  private static final class Fp32Matrix implements QuantizedMatrix {
    private final Matrix w;

    Fp32Matrix(Matrix w) {
      this.w = w;
    }

    @Override
    public String format() {
      return FP32.name();
    }

    @Override
    public int rows() {
      return w.rows();
    }

    @Override
    public int cols() {
      return w.cols();
    }

    @Override
    public long payloadBytes() {
      return (long) w.data().length * Float.BYTES;
    }

    @Override
    public long storageBytes() {
      return payloadBytes();
    }

    @Override
    public void dequantizeRow(int row, float[] into, int offset) {
      Weights.checkRow(this, row, into, offset);
      System.arraycopy(w.data(), w.index(row, 0), into, offset, w.cols());
    }
  }

  /** Weights of two bytes. */
  private static final class HalfMatrix implements QuantizedMatrix {
    private final FloatFormat format;
    private final int rows;
    private final int cols;
    private final short[] codes;

    HalfMatrix(FloatFormat format, int rows, int cols, short[] codes) {
      this.format = format;
      this.rows = rows;
      this.cols = cols;
      this.codes = codes;
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
      return (long) codes.length * Short.BYTES;
    }

    @Override
    public long storageBytes() {
      return payloadBytes();
    }

    @Override
    public void dequantizeRow(int row, float[] into, int offset) {
      Weights.checkRow(this, row, into, offset);
      int at = row * cols;
      if (format == FP16) {
        for (int j = 0; j < cols; j++) {
          into[offset + j] = Fp16.toFloat(codes[at + j]);
        }
      } else {
        for (int j = 0; j < cols; j++) {
          into[offset + j] = Bf16.toFloat(codes[at + j]);
        }
      }
    }
  }
}

package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import org.workedanswers.quantization.Bf16;
import org.workedanswers.quantization.Fp16;

/**
 * What one element of a tensor is.
 *
 * <p>The codes are those of {@code TensorProto.DataType} in onnx.proto. Types that are not listed
 * there or here (eight-bit floats, four-bit integers) are {@link #OTHER}: named and shaped, but not
 * read.
 */
public enum ElementType {
  /** IEEE 754 binary32. */
  FLOAT32(1, 4),
  /** Unsigned, eight bits. */
  UINT8(2, 1),
  /** Two's complement, eight bits. */
  INT8(3, 1),
  /** Unsigned, sixteen bits. */
  UINT16(4, 2),
  /** Two's complement, sixteen bits. */
  INT16(5, 2),
  /** Two's complement, 32 bits. */
  INT32(6, 4),
  /** Two's complement, 64 bits. */
  INT64(7, 8),
  /** Text, of no fixed size. */
  STRING(8, 0),
  /** One byte, 0 or 1. */
  BOOL(9, 1),
  /** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
  FLOAT16(10, 2),
  /** IEEE 754 binary64. */
  FLOAT64(11, 8),
  /** Unsigned, 32 bits. */
  UINT32(12, 4),
  /** Unsigned, 64 bits. */
  UINT64(13, 8),
  /** The upper half of a {@link #FLOAT32}. */
  BFLOAT16(16, 2),
  /** A type whose layout is not known here. */
  OTHER(-1, 0);

  private final int onnxCode;
  private final int bytes;

  ElementType(int onnxCode, int bytes) {
    this.onnxCode = onnxCode;
    this.bytes = bytes;
  }

  /** Bytes of one element; 0 if it has no fixed size or its layout is not known. */
  public int bytes() {
    return bytes;
  }

  /** Whether {@link Tensor#floats} reads it: every value of it is a float, exactly. */
  public boolean readableAsFloats() {
    return switch (this) {
      case FLOAT32, FLOAT16, BFLOAT16, INT8, UINT8, INT16, UINT16, BOOL -> true;
      default -> false;
    };
  }

  /** Whether {@link Tensor#longs} reads it: every value of it is a long, exactly. */
  public boolean readableAsLongs() {
    return switch (this) {
      case INT8, UINT8, INT16, UINT16, INT32, UINT32, INT64, BOOL -> true;
      default -> false;
    };
  }

  static ElementType ofOnnx(long code) {
    for (ElementType t : values()) {
      if (t.onnxCode == code) {
        return t;
      }
    }
    return OTHER;
  }

  /** The element at byte {@code at} of a little-endian buffer. */
  float floatAt(ByteBuffer bytes, int at) {
    return switch (this) {
      case FLOAT32 -> bytes.getFloat(at);
      case FLOAT16 -> Fp16.toFloat(bytes.getShort(at));
      case BFLOAT16 -> Bf16.toFloat(bytes.getShort(at));
      default -> longAt(bytes, at); // eight and sixteen bits: exact
    };
  }

  /** The element at byte {@code at} of a little-endian buffer. */
  long longAt(ByteBuffer bytes, int at) {
    return switch (this) {
      case INT8 -> bytes.get(at);
      case UINT8, BOOL -> bytes.get(at) & 0xFF;
      case INT16 -> bytes.getShort(at);
      case UINT16 -> bytes.getShort(at) & 0xFFFF;
      case INT32 -> bytes.getInt(at);
      case UINT32 -> bytes.getInt(at) & 0xFFFF_FFFFL;
      case INT64 -> bytes.getLong(at);
      default -> throw new AssertionError(this);
    };
  }

  /**
   * The element that stands as {@code value} in a field such as {@code int32_data}, floats as bits.
   */
  float floatOf(long value) {
    return switch (this) {
      case FLOAT32 -> Float.intBitsToFloat((int) value);
      case FLOAT16 -> Fp16.toFloat((short) value);
      case BFLOAT16 -> Bf16.toFloat((short) value);
      default -> value;
    };
  }
}

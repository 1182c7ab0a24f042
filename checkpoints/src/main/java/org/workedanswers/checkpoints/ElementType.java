package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.workedanswers.quantization.Bf16;
import org.workedanswers.quantization.Fp16;
import org.workedanswers.quantization.GgufBlockFormat;
import org.workedanswers.quantization.GgufKType;
import org.workedanswers.quantization.GgufType;

/**
 * What one element of a tensor is.
 *
 * <p>What stands by itself has the codes of {@code TensorProto.DataType} in onnx.proto, what stands
 * in blocks those of {@code enum ggml_type}. Types that are not listed here (four-bit integers of
 * ONNX, the rarer blocks of GGUF) are {@link #OTHER}: named and shaped, but not read.
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
  /** Eight bits: 1 of sign, 4 of exponent, 3 of fraction; no infinities. */
  FLOAT8_E4M3(17, 1),
  /** Eight bits, the upper half of a {@link #FLOAT16}. */
  FLOAT8_E5M2(19, 1),
  /** A GGUF block format. */
  Q4_0(GgufType.Q4_0, 2),
  /** A GGUF block format. */
  Q4_1(GgufType.Q4_1, 3),
  /** A GGUF block format. */
  Q5_0(GgufType.Q5_0, 6),
  /** A GGUF block format. */
  Q5_1(GgufType.Q5_1, 7),
  /** A GGUF block format. */
  Q8_0(GgufType.Q8_0, 8),
  /** A GGUF block format. */
  Q2_K(GgufKType.Q2_K, 10),
  /** A GGUF block format. */
  Q3_K(GgufKType.Q3_K, 11),
  /** A GGUF block format. */
  Q4_K(GgufKType.Q4_K, 12),
  /** A GGUF block format. */
  Q5_K(GgufKType.Q5_K, 13),
  /** A GGUF block format. */
  Q6_K(GgufKType.Q6_K, 14),
  /** A GGUF block format. */
  IQ4_NL(GgufKType.IQ4_NL, 20),
  /** A type whose layout is not known here. */
  OTHER(-1, 0);

  private final int onnxCode;
  private final int bytes;

  /** Null where an element stands by itself; else another enum's constant. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final GgufBlockFormat blocks;

  private final int blockCode;

  ElementType(int onnxCode, int bytes) {
    this.onnxCode = onnxCode;
    this.bytes = bytes;
    this.blocks = null;
    this.blockCode = -1;
  }

  ElementType(GgufBlockFormat blocks, int blockCode) {
    this.onnxCode = -1;
    this.bytes = 0;
    this.blocks = blocks;
    this.blockCode = blockCode;
  }

  /**
   * Bytes of one element; 0 if it has no fixed size, shares a block with others, or its layout is
   * not known.
   */
  public int bytes() {
    return bytes;
  }

  /** The block format, where elements stand in blocks. */
  public Optional<GgufBlockFormat> blocks() {
    return Optional.ofNullable(blocks);
  }

  /** Elements of a block; 1 where an element stands by itself. */
  int blockSize() {
    return blocks == null ? 1 : blocks.blockSize();
  }

  /** Bytes of a block, or of an element that stands by itself. */
  int blockBytes() {
    return blocks == null ? bytes : blocks.blockBytes();
  }

  /** Whether {@link Tensor#floats} reads it: every value of it is a float, exactly. */
  public boolean readableAsFloats() {
    return blocks != null
        || switch (this) {
          case FLOAT32,
              FLOAT16,
              BFLOAT16,
              FLOAT8_E4M3,
              FLOAT8_E5M2,
              INT8,
              UINT8,
              INT16,
              UINT16,
              BOOL ->
              true;
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

  /** By the code of ggml's {@code enum ggml_type}. */
  static ElementType ofGguf(long code) {
    for (ElementType t : values()) {
      if (t.blocks != null && t.blockCode == code) {
        return t;
      }
    }
    return switch ((int) Math.min(code, 1000)) {
      case 0 -> FLOAT32;
      case 1 -> FLOAT16;
      case 24 -> INT8;
      case 25 -> INT16;
      case 26 -> INT32;
      case 27 -> INT64;
      case 28 -> FLOAT64;
      case 30 -> BFLOAT16;
      default -> OTHER;
    };
  }

  /**
   * The code of ggml's {@code enum ggml_type}.
   *
   * @throws IllegalArgumentException if GGUF has no such type
   */
  int ggufCode() {
    if (blocks != null) {
      return blockCode;
    }
    return switch (this) {
      case FLOAT32 -> 0;
      case FLOAT16 -> 1;
      case INT8 -> 24;
      case INT16 -> 25;
      case INT32 -> 26;
      case INT64 -> 27;
      case FLOAT64 -> 28;
      case BFLOAT16 -> 30;
      default -> throw new IllegalArgumentException("GGUF has no tensors of " + this);
    };
  }

  static ElementType ofOnnx(long code) {
    for (ElementType t : values()) {
      if (t.onnxCode == code && t.blocks == null) {
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
      case FLOAT8_E4M3 -> Float8.e4m3(bytes.get(at));
      case FLOAT8_E5M2 -> Float8.e5m2(bytes.get(at));
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
      case FLOAT8_E4M3 -> Float8.e4m3((byte) value);
      case FLOAT8_E5M2 -> Float8.e5m2((byte) value);
      default -> value;
    };
  }
}

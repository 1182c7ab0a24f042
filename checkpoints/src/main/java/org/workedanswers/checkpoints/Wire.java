package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * Reads one protobuf message field by field; a nested message is a range of the same buffer.
 *
 * <p>A message is a run of fields. A field is a tag, {@code number · 8 + wire type}, and a value:
 *
 * <pre>
 *   wire type 0   varint: seven bits a byte, the lowest first, the top bit set on all but the last
 *   wire type 1   eight bytes, little-endian
 *   wire type 2   a length as a varint, then that many bytes: text, a message, packed numbers
 *   wire type 5   four bytes, little-endian
 * </pre>
 *
 * Types 3 and 4 (groups) were given up before ONNX began, and are refused. Nothing is allocated and
 * nothing recurses: whoever reads decides which field to enter. Source: protobuf.dev,
 * <i>Encoding</i>.
 */
final class Wire {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final String[] TYPE_NAMES = {
    "a varint", "eight bytes", "a run of bytes", "a group", "a group's end", "four bytes"
  };

  private final ByteBuffer buffer;
  private final String message;
  private final int end;
  private int position;

  private int fieldStart;
  private int field;
  private int type;
  private long number;
  private int valueStart;

  /** The bytes {@code start} to {@code end} (not included) as a message of that name. */
  Wire(ByteBuffer buffer, int start, int end, String message) {
    this.buffer = buffer;
    this.position = start;
    this.end = end;
    this.message = message;
  }

  /** Goes to the next field, over the value of this one; false at the end. */
  boolean next() {
    if (position == end) {
      return false;
    }
    fieldStart = position;
    long tag = readVarint();
    long fieldNumber = tag >>> 3;
    if (fieldNumber == 0 || fieldNumber >= 1 << 29) {
      throw new CheckpointException(
          "byte %d: a field of %s has number %s: it must be in 1..536870911",
          fieldStart, message, Long.toUnsignedString(fieldNumber));
    }
    field = (int) fieldNumber;
    type = (int) (tag & 7);
    switch (type) {
      case VARINT -> {
        valueStart = position;
        number = readVarint();
      }
      case FIXED64 -> take(8);
      case BYTES -> take(readVarint());
      case FIXED32 -> take(4);
      default ->
          throw new CheckpointException(
              "byte %d: field %d of %s has wire type %d: it must be 0, 1, 2 or 5",
              fieldStart, field, message, type);
    }
    return true;
  }

  private void take(long length) {
    int left = end - position;
    if (length < 0 || length > left) {
      throw new CheckpointException(
          "byte %d: field %d of %s claims %s bytes and %d are left",
          fieldStart, field, message, Long.toUnsignedString(length), left);
    }
    valueStart = position;
    position += (int) length;
  }

  private long readVarint() {
    int start = position;
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (position == end) {
        throw new CheckpointException(
            "byte %d: a varint of %s is cut off after %d bytes", start, message, position - start);
      }
      byte b = buffer.get(position++);
      if (shift == 63 && (b & 0xFE) != 0) {
        break;
      }
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CheckpointException("byte %d: a varint of %s passes 64 bits", start, message);
  }

  /** The number of the field that {@link #next} went to. */
  int field() {
    return field;
  }

  /** The wire type of the value. */
  int type() {
    return type;
  }

  /** Where the value begins. */
  int start() {
    return valueStart;
  }

  /** Where the value ends. */
  int end() {
    return position;
  }

  /** How many bytes the value has. */
  int length() {
    return position - valueStart;
  }

  /** The value as a varint. */
  long number(String name) {
    expect(VARINT, name);
    return number;
  }

  /** The value as a message. */
  Wire message(String name) {
    expect(BYTES, name);
    return new Wire(buffer, valueStart, position, name);
  }

  /** The value as text of at most {@code limit} bytes. */
  String text(String name, int limit) {
    expect(BYTES, name);
    if (length() > limit) {
      throw new CheckpointException(
          "byte %d: %s of %s has %d bytes: at most %d are read as a name",
          fieldStart, name, message, length(), limit);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(slice()).toString();
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          e, "byte %d: %s of %s is not UTF-8 text", valueStart, name, message);
    }
  }

  /** Hands every varint of the value, packed or single, to {@code sink}. */
  void varints(String name, LongConsumer sink) {
    if (type == VARINT) {
      sink.accept(number);
      return;
    }
    for (Wire packed = message(name); packed.position < packed.end; ) {
      sink.accept(packed.readVarint());
    }
  }

  /** The value's bytes as a view. */
  ByteBuffer slice() {
    return buffer.slice(valueStart, length()).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Refuses a value of another wire type. */
  void expect(int wanted, String name) {
    if (type != wanted) {
      throw new CheckpointException(
          "byte %d: %s (field %d of %s) is %s: it must be %s",
          fieldStart, name, field, message, TYPE_NAMES[type], TYPE_NAMES[wanted]);
    }
  }
}

package org.workedanswers.checkpoints;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the head of a GGUF file value by value: numbers little-endian, text behind its length. */
final class GgufCursor {
  private final FileBytes bytes;
  private long position;

  GgufCursor(FileBytes bytes) {
    this.bytes = bytes;
  }

  /** Where the next value begins. */
  long position() {
    return position;
  }

  /** How many bytes are left. */
  long left() {
    return bytes.size() - position;
  }

  /** Refuses what claims to have more bytes than are left. */
  void expect(long count, String what) {
    if (count < 0 || count > left()) {
      throw new CheckpointException(
          "byte %d: %s needs %s bytes and %d are left",
          position, what, Long.toUnsignedString(count), left());
    }
  }

  /** Refuses a number of things that can't all be there. */
  long count(String what, int leastBytes) {
    long start = position;
    long count = u64(what);
    if (count < 0 || count > left() / leastBytes) {
      throw new CheckpointException(
          "byte %d: %s is %s, of %d bytes each at least, and %d bytes are left",
          start, what, Long.toUnsignedString(count), leastBytes, left());
    }
    return count;
  }

  private long number(int size, String what) {
    expect(size, what);
    long value = 0;
    for (int i = size - 1; i >= 0; i--) {
      value = value << 8 | bytes.bytes(position + i, 1).get(0) & 255;
    }
    position += size;
    return value;
  }

  /** One byte, signed. */
  byte i8(String what) {
    return (byte) number(1, what);
  }

  /** Two bytes, signed. */
  short i16(String what) {
    return (short) number(2, what);
  }

  /** Four bytes, signed. */
  int i32(String what) {
    return (int) number(4, what);
  }

  /** Four bytes, unsigned. */
  long u32(String what) {
    return number(4, what);
  }

  /** Eight bytes; above 2⁶³ it is negative. */
  long u64(String what) {
    return number(8, what);
  }

  /** UTF-8 behind its length in bytes. */
  String text(String what, int most) {
    long start = position;
    long length = u64("the length of " + what);
    if (length < 0 || length > most) {
      throw new CheckpointException(
          "byte %d: %s has %s bytes: at most %d are read",
          start, what, Long.toUnsignedString(length), most);
    }
    expect(length, what);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(bytes.bytes(position, (int) length))
              .toString();
      position += length;
      return text;
    } catch (CharacterCodingException e) {
      throw new CheckpointException(e, "byte %d: %s is not UTF-8 text", position, what);
    }
  }
}

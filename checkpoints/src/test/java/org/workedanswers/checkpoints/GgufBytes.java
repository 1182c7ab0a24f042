package org.workedanswers.checkpoints;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Writes GGUF by hand, right or wrong. */
final class GgufBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** A head with so many tensors and entries, and what follows. */
  static byte[] file(long tensors, long entries, Consumer<GgufBytes> rest) {
    GgufBytes bytes = new GgufBytes();
    bytes.raw("GGUF".getBytes(StandardCharsets.US_ASCII)).i32(3).i64(tensors).i64(entries);
    rest.accept(bytes);
    return bytes.bytes();
  }

  byte[] bytes() {
    return out.toByteArray();
  }

  GgufBytes raw(byte... bytes) {
    out.write(bytes, 0, bytes.length);
    return this;
  }

  GgufBytes i32(int x) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(x).array());
  }

  GgufBytes i64(long x) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(x).array());
  }

  GgufBytes text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return i64(bytes.length).raw(bytes);
  }

  /** A tensor's entry; the sizes as the file has them, the fastest first. */
  GgufBytes tensor(String name, int type, long offset, long... sizes) {
    text(name).i32(sizes.length);
    Arrays.stream(sizes).forEach(this::i64);
    return i32(type).i64(offset);
  }

  /** Zeros up to a multiple. */
  GgufBytes pad(int alignment) {
    while (out.size() % alignment != 0) {
      out.write(0);
    }
    return this;
  }
}

package org.workedanswers.checkpoints;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Writes protobuf messages for tests, well-formed or not: every part is the caller's choice. */
final class ProtoWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  static byte[] message(Consumer<ProtoWriter> fields) {
    ProtoWriter w = new ProtoWriter();
    fields.accept(w);
    return w.out.toByteArray();
  }

  /** A model with an ir_version and the graph. */
  static byte[] model(Consumer<ProtoWriter> graph) {
    return message(m -> m.varint(1, 6).message(7, graph).message(8, opset -> opset.varint(2, 11)));
  }

  /** A model whose only tensor is that. */
  static byte[] oneTensor(Consumer<ProtoWriter> tensor) {
    return model(g -> g.message(5, tensor));
  }

  ProtoWriter bytesAsTheyAre(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  ProtoWriter rawVarint(long value) {
    long v = value;
    for (; (v & ~0x7FL) != 0; v >>>= 7) {
      out.write((int) (v & 0x7F | 0x80));
    }
    out.write((int) v);
    return this;
  }

  ProtoWriter tag(int field, int wireType) {
    return rawVarint((long) field << 3 | wireType);
  }

  ProtoWriter varint(int field, long value) {
    return tag(field, 0).rawVarint(value);
  }

  ProtoWriter fixed32(int field, int bits) {
    tag(field, 5);
    out.writeBytes(little(4).putInt(bits).array());
    return this;
  }

  ProtoWriter bytes(int field, byte[] value) {
    tag(field, 2).rawVarint(value.length);
    out.writeBytes(value);
    return this;
  }

  ProtoWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoWriter message(int field, Consumer<ProtoWriter> fields) {
    return bytes(field, message(fields));
  }

  ProtoWriter packed(int field, long... values) {
    return message(
        field,
        w -> {
          for (long v : values) {
            w.rawVarint(v);
          }
        });
  }

  /** Name, data_type and dims of a TensorProto. */
  ProtoWriter tensorHead(String name, int type, long... dims) {
    for (long d : dims) {
      varint(1, d);
    }
    return varint(2, type).text(8, name);
  }

  static byte[] floats(float... values) {
    ByteBuffer b = little(4 * values.length);
    for (float v : values) {
      b.putFloat(v);
    }
    return b.array();
  }

  static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}

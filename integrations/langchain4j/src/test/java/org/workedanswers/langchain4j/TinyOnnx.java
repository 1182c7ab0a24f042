package org.workedanswers.langchain4j;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A cross-encoder small enough to check by hand, written as ONNX's protobuf: a pair's logit is
 *
 * <pre>
 *   s = Σ maskᵢ · idᵢ · (1 + typeᵢ)
 * </pre>
 *
 * where type is 0 for the query and 1 for the passage.
 */
final class TinyOnnx {
  private static final int FLOAT = 1;
  private static final int INT64 = 7;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private TinyOnnx() {}

  /**
   * The model's file.
   *
   * @param output the shape of what it gives: [pairs x 1], or [pairs] with {@code keep} 0
   */
  static byte[] crossEncoder(int keep) {
    TinyOnnx graph = new TinyOnnx();
    for (String input : List.of("input_ids", "attention_mask", "token_type_ids")) {
      graph.message(
          1, node("Cast", input + "_f", input).message(5, attribute("to", 2).varint(3, FLOAT)));
    }
    graph
        .message(1, node("Add", "weight", "token_type_ids_f", "one"))
        .message(1, node("Mul", "masked", "input_ids_f", "attention_mask_f"))
        .message(1, node("Mul", "weighted", "masked", "weight"))
        .message(
            1,
            node("ReduceSum", "logits", "weighted")
                .message(5, attribute("axes", 7).varint(8, 1))
                .message(5, attribute("keepdims", 2).varint(3, keep)))
        .text(2, "tiny")
        .message(
            5,
            new TinyOnnx()
                .varint(2, FLOAT)
                .text(8, "one")
                .bytes(
                    9, ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(1).array()));
    for (String input : List.of("input_ids", "attention_mask", "token_type_ids")) {
      graph.message(11, value(input, INT64, 2));
    }
    graph.message(12, value("logits", FLOAT, 1 + keep));
    return new TinyOnnx()
        .varint(1, 6)
        .message(7, graph)
        .message(8, new TinyOnnx().varint(2, 11))
        .out
        .toByteArray();
  }

  private static TinyOnnx node(String operation, String output, String... inputs) {
    TinyOnnx node = new TinyOnnx();
    for (String input : inputs) {
      node.text(1, input);
    }
    return node.text(2, output).text(4, operation);
  }

  private static TinyOnnx attribute(String name, int type) {
    return new TinyOnnx().text(1, name).varint(20, type);
  }

  private static TinyOnnx value(String name, int type, int dimensions) {
    TinyOnnx shape = new TinyOnnx();
    for (int i = 0; i < dimensions; i++) {
      shape.message(1, new TinyOnnx().text(2, name + i));
    }
    TinyOnnx tensor = new TinyOnnx().varint(1, type).message(2, shape);
    return new TinyOnnx().text(1, name).message(2, new TinyOnnx().message(1, tensor));
  }

  private TinyOnnx varint(int field, int value) {
    raw(field << 3);
    raw(value);
    return this;
  }

  private void raw(int value) {
    int v = value;
    for (; v > 0x7f; v >>>= 7) {
      out.write(v & 0x7f | 0x80);
    }
    out.write(v);
  }

  private TinyOnnx bytes(int field, byte[] value) {
    raw(field << 3 | 2);
    raw(value.length);
    out.writeBytes(value);
    return this;
  }

  private TinyOnnx text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private TinyOnnx message(int field, TinyOnnx message) {
    return bytes(field, message.out.toByteArray());
  }
}

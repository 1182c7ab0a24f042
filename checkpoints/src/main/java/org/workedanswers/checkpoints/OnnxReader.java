package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks over ModelProto and GraphProto. Nothing recurses, and what is kept per entry is bounded by
 * the two budgets, so that a file made of millions of empty entries can't take the heap.
 */
final class OnnxReader {
  /** Above this many tensors, nodes, inputs, outputs and sizes in all, a file is refused. */
  static final int MAX_ENTRIES = 1 << 20;

  /** Above this many bytes of names in all, a file is refused. */
  static final int MAX_NAME_BYTES = 1 << 26;

  private final ByteBuffer bytes;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();
  private int entriesLeft = MAX_ENTRIES;
  private int nameBytesLeft = MAX_NAME_BYTES;

  OnnxReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  OnnxModel read() {
    try {
      model(new Wire(bytes, 0, bytes.limit(), "ModelProto"));
    } catch (CheckpointException e) {
      throw new CheckpointException(
          e, "not an ONNX file, or a damaged one (%s): %s", beginning(), e.getMessage());
    }
    return new OnnxModel(tensors, nodes);
  }

  /** ModelProto: ir_version = 1, graph = 7. Protobuf merges a message that comes in parts. */
  private void model(Wire wire) {
    boolean version = false;
    boolean graph = false;
    while (wire.next()) {
      if (wire.field() == 1) {
        wire.number("ir_version");
        version = true;
      } else if (wire.field() == 7) {
        graph(wire.message("graph"));
        graph = true;
      }
    }
    if (!version || !graph) {
      throw new CheckpointException(
          "byte %d: the file ends without %s", bytes.limit(), graph ? "an ir_version" : "a graph");
    }
  }

  /** GraphProto: node = 1, initializer = 5, sparse_initializer = 15. */
  private void graph(Wire wire) {
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> nodes.add(node(wire.message("NodeProto")));
        case 5 -> tensor(wire);
        case 15 ->
            throw new CheckpointException(
                "byte %d: the graph has a sparse_initializer: sparse weights are not read",
                wire.start());
        default -> {} // name, inputs, outputs, value_info: nothing that a weight needs
      }
    }
  }

  /** NodeProto: input = 1, output = 2, name = 3, op_type = 4. */
  private OnnxNode node(Wire wire) {
    entry(wire);
    String name = "";
    String opType = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    while (wire.next()) {
      switch (wire.field()) {
        case 1 -> inputs.add(name(wire, "input"));
        case 2 -> outputs.add(name(wire, "output"));
        case 3 -> name = name(wire, "name");
        case 4 -> opType = name(wire, "op_type");
        default -> {} // attributes, domain, doc_string
      }
    }
    return new OnnxNode(name, opType, inputs, outputs);
  }

  private void tensor(Wire wire) {
    wire.expect(Wire.BYTES, "initializer");
    Tensor tensor = new OnnxTensorReader(this, bytes, wire.start(), wire.end()).read();
    if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
      throw new CheckpointException(
          "byte %d: there is a second tensor '%s': names must differ", wire.start(), tensor.name());
    }
  }

  /** A name, paid from the budgets before it is copied. */
  String name(Wire wire, String what) {
    entry(wire);
    String name = wire.text(what, nameBytesLeft);
    nameBytesLeft -= wire.length();
    return name;
  }

  /** Pays for one entry. */
  void entry(Wire wire) {
    if (--entriesLeft < 0) {
      throw new CheckpointException(
          "byte %d: more than %d tensors, nodes, inputs, outputs and sizes: too many to keep",
          wire.start(), MAX_ENTRIES);
    }
  }

  /**
   * The length and the first bytes, as text where they are: enough to see a zip, a page, a pointer.
   */
  private String beginning() {
    byte[] first = new byte[Math.min(16, bytes.limit())];
    bytes.get(0, first);
    String text = new String(first, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", ".");
    return bytes.limit() + " bytes, beginning with \"" + text + "\"";
  }
}

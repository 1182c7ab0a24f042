package org.workedanswers.checkpoints;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * The weights of an ONNX file, by name, and the steps of its graph.
 *
 * <p>An exported model keeps readable names for some weights and none for others: a dense matrix is
 * {@code onnx::MatMul_1234}, and only the step that multiplies by it says what it is. {@link
 * #weightOf} goes that way:
 *
 * <pre>{@code
 * OnnxModel model = OnnxModel.read(Path.of("model.onnx"));
 * Matrix wq = model.weightOf("/encoder/layer.0/attention/self/query/MatMul").matrix(); // [in x out]
 * float[] bq = model.tensor("encoder.layer.0.attention.self.query.bias").floats();
 * }</pre>
 *
 * <p>Reads the initializers and nodes of the main graph; nodes of inner graphs (of If and Loop) and
 * constants are passed over. Weights that stand in other files, sparse ones, and files above 2 GiB
 * (the most that a protobuf message can have) are refused. The file's bytes are kept and converted
 * when a tensor is asked for. Source of the format: onnx/onnx.proto of the ONNX project, messages
 * ModelProto, GraphProto, NodeProto, TensorProto.
 */
public final class OnnxModel {
  /** The most that a protobuf message can have: 2 GiB less one byte. */
  public static final int MAX_BYTES = Integer.MAX_VALUE;

  private final Map<String, Tensor> tensors;
  private final List<OnnxNode> nodes;

  OnnxModel(Map<String, Tensor> tensors, List<OnnxNode> nodes) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.nodes = Collections.unmodifiableList(nodes);
  }

  /**
   * Reads a file. It is mapped, not copied, so it must not change while the model is in use.
   *
   * @throws CheckpointException if it is no readable file, or not ONNX
   */
  public static OnnxModel read(Path file) {
    FileBytes.check(file, ".onnx");
    ByteBuffer bytes;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      if (channel.size() > MAX_BYTES) {
        throw new CheckpointException(
            "%s has %d bytes: an ONNX file has at most %d", file, channel.size(), MAX_BYTES);
      }
      bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
    } catch (IOException e) {
      throw new CheckpointException(e, "%s can't be read: %s", file, e);
    }
    try {
      return read(bytes);
    } catch (CheckpointException e) {
      throw new CheckpointException(e, "%s: %s", file, e.getMessage());
    }
  }

  /**
   * Reads a stream to its end, a quarter of the heap at most; it is not closed.
   *
   * @throws CheckpointException if it can't be read, is longer, or is not ONNX
   */
  public static OnnxModel read(InputStream stream) {
    return read(stream, (int) Math.min(MAX_BYTES - 8, Runtime.getRuntime().maxMemory() / 4));
  }

  /**
   * Reads a stream to its end, {@code maxBytes} at most; it is not closed.
   *
   * @throws CheckpointException if it can't be read, is longer, or is not ONNX
   */
  public static OnnxModel read(InputStream stream, int maxBytes) {
    Check.range("maxBytes", maxBytes, 0, MAX_BYTES - 8);
    byte[] bytes;
    try {
      bytes = stream.readNBytes(maxBytes);
      if (bytes.length == maxBytes && stream.read() >= 0) {
        throw new CheckpointException(
            "the stream goes on after %d bytes, the limit here (a quarter of the heap if none is named)",
            maxBytes);
      }
    } catch (IOException e) {
      throw new CheckpointException(e, "the stream can't be read: %s", e);
    }
    return read(bytes);
  }

  /**
   * Reads a file's bytes; the array is kept and must not change.
   *
   * @throws CheckpointException if they are not ONNX
   */
  public static OnnxModel read(byte[] bytes) {
    return read(ByteBuffer.wrap(bytes));
  }

  /**
   * Reads the bytes between a buffer's position and limit; they are kept and must not change.
   *
   * @throws CheckpointException if they are not ONNX
   */
  public static OnnxModel read(ByteBuffer bytes) {
    return new OnnxReader(bytes.slice()).read();
  }

  /** The weights, in the file's order. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /** The steps of the graph, in the file's order. */
  public List<OnnxNode> nodes() {
    return nodes;
  }

  /**
   * The weight of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor tensor(String name) {
    return Names.tensor(tensors, name);
  }

  /**
   * The step of that name.
   *
   * @throws IllegalArgumentException if there is none, or more than one
   */
  public OnnxNode node(String name) {
    List<OnnxNode> found = nodes.stream().filter(n -> n.name().equals(name)).toList();
    Check.that(
        found.size() == 1,
        "there are %d nodes '%s' among %d, it must be one: %s",
        found.size(),
        name,
        nodes.size(),
        Names.someOf(nodes.stream().map(OnnxNode::name).toList()));
    return found.get(0);
  }

  /**
   * The one weight among the inputs of the step of that name, as it stands: for {@code MatMul} that
   * is [in x out].
   *
   * @throws IllegalArgumentException if there is no such step, or its inputs name no weight or
   *     several
   */
  public Tensor weightOf(String nodeName) {
    OnnxNode node = node(nodeName);
    List<String> weights = node.inputs().stream().filter(tensors::containsKey).toList();
    Check.that(
        weights.size() == 1,
        "node '%s' (%s) reads %s, of which %d are weights: it must be one",
        nodeName,
        node.opType(),
        node.inputs(),
        weights.size());
    return tensors.get(weights.get(0));
  }
}

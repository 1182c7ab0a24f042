package org.workedanswers.checkpoints;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A model in the format of llama2.c's {@code run.c}, version 0: seven numbers and float32 weights,
 * little-endian, one after the other.
 *
 * <pre>
 *   dim  hidden_dim  n_layers  n_heads  n_kv_heads  vocab_size  seq_len      int32 each
 *   embeddings [vocab x dim]
 *   norms before attention [layers x dim]
 *   wq [layers x dim x dim]   wk, wv [layers x kv x dim]   wo [layers x dim x dim]
 *   norms before the feed-forward part [layers x dim]
 *   w1 [layers x hidden x dim]   w2 [layers x dim x hidden]   w3 [layers x hidden x dim]
 *   last norm [dim]
 *   cosines and sines [2 x seq_len x head / 2], not used
 *   head [vocab x dim], where vocab_size is negative: else the embeddings are the head
 * </pre>
 *
 * Tensors are given by GGUF's names ({@code blk.N.attn_q.weight} and so on, w1 being {@code
 * ffn_gate}, w3 {@code ffn_up}, w2 {@code ffn_down}), so that one loader serves both; the rows of
 * queries and keys stand in the same order as in GGUF's files, neighbours being turned together.
 * Source: A. Karpathy, <i>llama2.c</i>, {@code run.c}.
 */
public final class Llama2c {
  private static final int HEAD = 7 * Integer.BYTES;
  private static final int MAX_LAYERS = 10_000;

  /**
   * What the file says of the model.
   *
   * @param dim width of a token
   * @param hidden units of the feed-forward part
   * @param layers how many
   * @param heads of queries
   * @param kvHeads of keys and values
   * @param vocabulary tokens
   * @param context the longest sequence
   */
  public record Config(
      int dim, int hidden, int layers, int heads, int kvHeads, int vocabulary, int context) {
    /** Width of a head. */
    public int headSize() {
      return dim / heads;
    }
  }

  private final FileBytes file;
  private final Config config;
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();
  private long at = HEAD;

  private Llama2c(FileBytes file) {
    this.file = file;
    if (file.size() < HEAD) {
      throw new CheckpointException("the head needs %d bytes and there are %d", HEAD, file.size());
    }
    ByteBuffer head = file.bytes(0, HEAD);
    int dim = size(head, 0, "dim");
    int hidden = size(head, 1, "hidden_dim");
    int layers = size(head, 2, "n_layers");
    int heads = size(head, 3, "n_heads");
    int kvHeads = size(head, 4, "n_kv_heads");
    int vocabulary = head.getInt(5 * Integer.BYTES);
    boolean tied = vocabulary > 0;
    if (vocabulary == 0 || vocabulary == Integer.MIN_VALUE) {
      throw new CheckpointException("byte 20: vocab_size is %d", vocabulary);
    }
    int context = size(head, 6, "seq_len");
    config = new Config(dim, hidden, layers, heads, kvHeads, Math.abs(vocabulary), context);
    if (dim % heads != 0 || heads % kvHeads != 0 || dim / heads % 2 != 0) {
      throw new CheckpointException(
          "byte 0: dim %d, %d heads, %d of keys and values: they must divide each other, and a"
              + " head must be of even width",
          dim, heads, kvHeads);
    }
    checkLength(tied); // before a tensor takes memory
    place(tied);
  }

  /** The file must be as long as its head says. */
  private void checkLength(boolean tied) {
    if (config.layers() > MAX_LAYERS) {
      throw new CheckpointException(
          "byte 8: n_layers is %d: at most %d are read", config.layers(), MAX_LAYERS);
    }
    double d = config.dim();
    double kv = (double) config.kvHeads() * config.headSize();
    double layer = 2 * d + 2 * d * d + 2 * kv * d + 3 * d * config.hidden();
    double table = d * config.vocabulary();
    double angles = (double) config.context() * config.headSize();
    double floats = table * (tied ? 1 : 2) + config.layers() * layer + d + angles;
    // A double holds every length that a file can have exactly.
    if (HEAD + floats * Float.BYTES != file.size()) {
      throw new CheckpointException(
          "the head asks for %.0f bytes and the file has %d: it is no llama2.c model of version 0",
          HEAD + floats * Float.BYTES, file.size());
    }
  }

  private static int size(ByteBuffer head, int i, String name) {
    int value = head.getInt(i * Integer.BYTES);
    if (value < 1) {
      throw new CheckpointException(
          "byte %d: %s is %d: it must be at least 1", i * Integer.BYTES, name, value);
    }
    return value;
  }

  private void place(boolean tied) {
    int d = config.dim();
    int kv = config.kvHeads() * config.headSize();
    one("token_embd.weight", config.vocabulary(), d);
    layers("attn_norm", d);
    layers("attn_q", d, d);
    layers("attn_k", kv, d);
    layers("attn_v", kv, d);
    layers("attn_output", d, d);
    layers("ffn_norm", d);
    layers("ffn_gate", config.hidden(), d);
    layers("ffn_down", d, config.hidden());
    layers("ffn_up", config.hidden(), d);
    one("output_norm.weight", d);
    skip((long) config.context() * config.headSize());
    if (!tied) {
      one("output.weight", config.vocabulary(), d);
    }
  }

  private void layers(String part, long... shape) {
    for (int l = 0; l < config.layers(); l++) {
      one("blk." + l + "." + part + ".weight", shape);
    }
  }

  private void one(String name, long... shape) {
    long start = at;
    long elements = shape[0] * (shape.length == 2 ? shape[1] : 1); // below 2⁶²: two ints
    skip(elements);
    TensorValues values = new TensorValues.Mapped(ElementType.FLOAT32, file, start);
    tensors.put(name, new Tensor(name, ElementType.FLOAT32, shape, elements, values));
  }

  private void skip(long elements) {
    at += elements * Float.BYTES;
  }

  /**
   * Reads a file's head; it must not change as long as the model is in use.
   *
   * @throws CheckpointException if it is no readable file, or not of this format
   */
  public static Llama2c read(Path path) {
    FileBytes bytes = FileBytes.map(path, ".bin");
    try {
      return new Llama2c(bytes);
    } catch (CheckpointException e) {
      throw new CheckpointException(e, "%s: %s", path, e.getMessage());
    }
  }

  /**
   * Reads a file's bytes; the array is kept and must not change.
   *
   * @throws CheckpointException if they are not of this format
   */
  public static Llama2c read(byte[] bytes) {
    return new Llama2c(FileBytes.of(bytes));
  }

  /** What the file says of the model. */
  public Config config() {
    return config;
  }

  /** The weights, in the file's order. */
  public Map<String, Tensor> tensors() {
    return Collections.unmodifiableMap(tensors);
  }
}

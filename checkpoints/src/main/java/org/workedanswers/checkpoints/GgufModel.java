package org.workedanswers.checkpoints;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * A GGUF file, as llama.cpp and its relatives read and write it: what is known of the model, and
 * its weights by name.
 *
 * <pre>
 *   "GGUF"  version 4  tensors 8  entries 8
 *   an entry:   key, type 4, value                 text: length 8, UTF-8
 *   a tensor:   name, dimensions 4, sizes 8 each (the fastest first), type 4, offset 8
 *   zeros to a multiple of general.alignment, 32 where it is not named
 *   the tensors' bytes, each at its offset from here
 * </pre>
 *
 * <pre>{@code
 * GgufModel model = GgufModel.read(Path.of("model.gguf"));
 * long layers = model.number("llama.block_count");
 * Matrix wq = model.tensor("blk.0.attn_q.weight").matrix(); // [out x in], widened
 * }</pre>
 *
 * The file is mapped, whatever its size, and a tensor is converted when it is asked for. Numbers
 * are little-endian. Versions 2 and 3 are read, which differ in nothing that is read here. Source:
 * ggml, {@code docs/gguf.md}.
 */
public final class GgufModel {
  private final long version;
  private final Map<String, Object> metadata;
  private final Map<String, Tensor> tensors;
  private final Map<String, Entry> entries;

  /** Where an entry stands in the file, its key first. */
  record Entry(FileBytes file, long at, int length) {
    byte[] bytes() {
      byte[] copy = new byte[length];
      file.copy(at, copy, 0, length);
      return copy;
    }
  }

  GgufModel(
      long version,
      Map<String, Object> metadata,
      Map<String, Entry> entries,
      Map<String, Tensor> tensors) {
    this.version = version;
    this.entries = entries;
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Reads a file's head; it must not change as long as the model is in use.
   *
   * @throws CheckpointException if it is no readable file, or not GGUF
   */
  public static GgufModel read(Path file) {
    FileBytes bytes = FileBytes.map(file, ".gguf");
    try {
      return new GgufReader(bytes).read();
    } catch (CheckpointException e) {
      throw new CheckpointException(e, "%s: %s", file, e.getMessage());
    }
  }

  /**
   * Reads a file's bytes; the array is kept and must not change.
   *
   * @throws CheckpointException if they are not GGUF
   */
  public static GgufModel read(byte[] bytes) {
    return new GgufReader(FileBytes.of(bytes)).read();
  }

  /** The version of the format. */
  public long version() {
    return version;
  }

  /**
   * What is known of the model, in the file's order. A value is a {@link Long} for every integer
   * (unsigned ones of 64 bits above 2⁶³ - 1 are refused), a {@link Float}, a {@link Double}, a
   * {@link Boolean}, a {@link String}, or a {@link List} of one of these.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** Each entry as it stands in the file: the types of its numbers too. */
  Map<String, Entry> entries() {
    return entries;
  }

  /**
   * The integer of that key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public long number(String key) {
    return of(key, Long.class, "an integer");
  }

  /**
   * The number of that key, whether it stands as an integer or not.
   *
   * @throws IllegalArgumentException if there is none
   */
  public double real(String key) {
    return of(key, Number.class, "a number").doubleValue();
  }

  /**
   * The text of that key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public String text(String key) {
    return of(key, String.class, "text");
  }

  /**
   * The list of that key.
   *
   * @throws IllegalArgumentException if there is none
   */
  public List<?> list(String key) {
    return of(key, List.class, "a list");
  }

  private <T> T of(String key, Class<T> type, String what) {
    Object value = metadata.get(key);
    Check.that(
        value != null,
        "there is no '%s' among %d entries: %s",
        key,
        metadata.size(),
        Names.someOf(List.copyOf(metadata.keySet())));
    Check.that(
        type.isInstance(value),
        "'%s' is a %s: it must be %s",
        key,
        value.getClass().getSimpleName(),
        what);
    return type.cast(value);
  }

  /** The weights, in the file's order. */
  public Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * The weight of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Tensor tensor(String name) {
    return Names.tensor(tensors, name);
  }
}

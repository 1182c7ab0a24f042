package org.workedanswers.checkpoints;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Safetensors files, as Hugging Face's hub has them: one, or a model's several shards together.
 *
 * <pre>
 *   length of the header 8   header in JSON   the tensors' bytes
 *   {"name": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ..., "__metadata__": {"k": "v"}}
 * </pre>
 *
 * Offsets count from behind the header, tensors leave no byte between them unused and share none,
 * numbers are little-endian and row-major. The file is mapped, whatever its size, and a tensor is
 * converted when it is asked for. Source: safetensors, {@code README.md}, section Format.
 */
public final class Safetensors {
  private final Map<String, Tensor> tensors;
  private final Map<String, String> metadata;

  private Safetensors(Map<String, Tensor> tensors, Map<String, String> metadata) {
    this.tensors = Collections.unmodifiableMap(tensors);
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /**
   * Reads a file's header; it must not change as long as the tensors are in use.
   *
   * @throws CheckpointException if it is no readable file, or not safetensors
   */
  public static Safetensors read(Path file) {
    FileBytes bytes = FileBytes.map(file, ".safetensors");
    try {
      return of(bytes);
    } catch (CheckpointException e) {
      throw new CheckpointException(e, "%s: %s", file, e.getMessage());
    }
  }

  /**
   * Reads a file's bytes; the array is kept and must not change.
   *
   * @throws CheckpointException if they are not safetensors
   */
  public static Safetensors read(byte[] bytes) {
    return of(FileBytes.of(bytes));
  }

  private static Safetensors of(FileBytes bytes) {
    SafetensorsHeader header = new SafetensorsHeader(bytes);
    return new Safetensors(header.tensors(), header.metadata());
  }

  /**
   * A model's shards as one.
   *
   * @param shards by the names of their files
   * @throws CheckpointException if there is none, or two hold a tensor of one name
   */
  public static Safetensors joined(Map<String, Safetensors> shards) {
    if (shards.isEmpty()) {
      throw new CheckpointException("there is no file of safetensors");
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    Map<String, String> metadata = new LinkedHashMap<>();
    shards.forEach(
        (file, shard) -> {
          for (Tensor t : shard.tensors().values()) {
            if (tensors.put(t.name(), t) != null) {
              throw new CheckpointException(
                  "%s: tensor '%s' stands in another shard too", file, t.name());
            }
          }
          metadata.putAll(shard.metadata());
        });
    return new Safetensors(tensors, metadata);
  }

  /** The weights, in the order of the headers. */
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

  /** What the files say beside the tensors; of a key in several shards the last one's. */
  public Map<String, String> metadata() {
    return metadata;
  }
}

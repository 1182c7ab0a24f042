package org.workedanswers.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.workedanswers.checkpoints.CheckpointException;
import org.workedanswers.checkpoints.Safetensors;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;

/**
 * What stands in a folder of Hugging Face's, of whatever model: nothing of it needs to be
 * understood.
 *
 * @param entries of {@code config.json}, or of an adapter's {@code adapter_config.json}; what lies
 *     deeper by its path, as {@code rope_scaling.factor}; numbers are {@link Long} or {@link
 *     Double}
 * @param tensors by the names of the files
 * @param tokens of {@code tokenizer.json}, those that were added among them; empty where there is
 *     none, or it is of a kind that is not read
 */
public record ModelFolder(
    Map<String, Object> entries, Map<String, Tensor> tensors, OptionalInt tokens) {
  static final String WEIGHTS = "model.safetensors";
  static final String ADAPTER = "adapter_model.safetensors";
  private static final int DEEPEST = 8;

  /**
   * Reads a folder.
   *
   * @throws IllegalArgumentException if it has no weights in safetensors, or a file is damaged
   */
  public static ModelFolder read(Path folder) {
    Check.that(Files.isDirectory(folder), "%s is no folder", folder);
    boolean adapter =
        Files.exists(folder.resolve(ADAPTER)) && !Files.exists(folder.resolve(WEIGHTS));
    Map<String, Tensor> tensors = tensors(folder, adapter ? ADAPTER : WEIGHTS);
    Path config = folder.resolve(adapter ? "adapter_config.json" : "config.json");
    Map<String, Object> entries = new LinkedHashMap<>();
    if (Files.exists(config)) {
      try {
        entries("", TokenizerJson.parse(TokenizerJson.bytes(config)).node(), 0, entries);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(config + ": " + e.getMessage(), e);
      }
    }
    return new ModelFolder(entries, tensors, tokens(folder.resolve("tokenizer.json")));
  }

  private static OptionalInt tokens(Path file) {
    if (!Files.exists(file)) {
      return OptionalInt.empty();
    }
    try {
      return OptionalInt.of(TokenizerJson.read(file).tokenizer().size());
    } catch (IllegalArgumentException e) {
      return OptionalInt.empty();
    }
  }

  private static void entries(String path, JsonNode node, int depth, Map<String, Object> entries) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = path + entry.getKey();
      JsonNode below = entry.getValue();
      if (below.isObject() && depth < DEEPEST) {
        entries(key + ".", below, depth + 1, entries);
      } else if (!below.isNull()) {
        entries.put(key, value(below));
      }
    }
  }

  private static Object value(JsonNode node) {
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(n -> list.add(n.isContainerNode() ? n.toString() : value(n)));
      return list;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isIntegralNumber() && node.canConvertToLong()) {
      return node.longValue();
    }
    return node.isNumber() ? (Object) node.doubleValue() : node.asText();
  }

  /**
   * The tensors of {@code name}, or of the files that {@code name.index.json} names.
   *
   * @throws IllegalArgumentException if there is neither, a file is damaged, or a shard has not
   *     what the index says
   */
  static Map<String, Tensor> tensors(Path folder, String name) {
    if (Files.exists(folder.resolve(name))) {
      return Safetensors.read(folder.resolve(name)).tensors();
    }
    Path index = folder.resolve(name + ".index.json");
    Check.that(Files.exists(index), "%s has neither %s nor %s", folder, name, index.getFileName());
    try {
      return sharded(folder, TokenizerJson.parse(TokenizerJson.bytes(index)));
    } catch (CheckpointException e) {
      throw e; // names the shard
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(index + ": " + e.getMessage(), e);
    }
  }

  /** All that the shards hold, each of them what the index says that it does. */
  private static Map<String, Tensor> sharded(Path folder, TokenizerPart index) {
    Map<String, Safetensors> shards = new TreeMap<>();
    TokenizerPart map = index.get("weight_map").object();
    Set<String> named = new TreeSet<>();
    map.node().fieldNames().forEachRemaining(named::add);
    for (String tensor : named) {
      String name = map.get(tensor).text();
      Check.that(
          name.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*\\.safetensors"),
          "'%s' stands by it in %s, which is no name of a file beside it",
          tensor,
          map.get(tensor).kind());
      Safetensors shard = shards.computeIfAbsent(name, n -> Safetensors.read(folder.resolve(n)));
      Check.that(
          shard.tensors().containsKey(tensor),
          "'%s' stands by it in %s, which has it not",
          tensor,
          name);
    }
    Check.that(!shards.isEmpty(), "it names no file of safetensors");
    return Safetensors.joined(shards).tensors();
  }
}

package org.workedanswers.answers.models;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Llama2c;
import org.workedanswers.checkpoints.OnnxModel;
import org.workedanswers.checkpoints.Safetensors;
import org.workedanswers.core.Check;
import org.workedanswers.huggingface.ModelFolder;

/**
 * What an {@link Inspection} needs, of each format: by its first bytes, its ending, or a folder.
 */
final class InspectionReader {
  private static final String UNNAMED = "onnx::"; // an exporter's own name for a constant

  private InspectionReader() {}

  static Inspection read(Path file) {
    if (Files.isDirectory(file)) {
      return folder(file);
    }
    Check.that(Files.isRegularFile(file), "%s is neither a file nor a folder", file);
    if (beginsWith(file, "GGUF")) {
      GgufModel model = GgufModel.read(file);
      return new Inspection(
          file,
          "GGUF, version " + model.version(),
          model.metadata(),
          List.copyOf(model.tensors().values()),
          Map.of());
    }
    String name = file.getFileName().toString();
    if (name.endsWith(".safetensors")) {
      Safetensors model = Safetensors.read(file);
      Map<String, Object> entries = new LinkedHashMap<>(model.metadata());
      return new Inspection(
          file, "safetensors", entries, List.copyOf(model.tensors().values()), Map.of());
    }
    if (name.endsWith(".bin")) {
      return llama2c(file);
    }
    Check.that(
        name.endsWith(".onnx"),
        "%s neither begins with GGUF nor ends with .onnx, .safetensors or .bin: these are read",
        file);
    OnnxModel model = OnnxModel.read(file);
    Map<String, String> users = new HashMap<>();
    model.nodes().forEach(node -> node.inputs().forEach(i -> users.putIfAbsent(i, node.name())));
    users.keySet().removeIf(weight -> !weight.startsWith(UNNAMED));
    return new Inspection(file, "ONNX", Map.of(), List.copyOf(model.tensors().values()), users);
  }

  /** The entries by the names that the format's own source has for them. */
  private static Inspection llama2c(Path file) {
    Llama2c model = Llama2c.read(file);
    Llama2c.Config c = model.config();
    Map<String, Object> entries = new LinkedHashMap<>();
    entries.put("dim", (long) c.dim());
    entries.put("hidden_dim", (long) c.hidden());
    entries.put("n_layers", (long) c.layers());
    entries.put("n_heads", (long) c.heads());
    entries.put("n_kv_heads", (long) c.kvHeads());
    entries.put("vocab_size", (long) c.vocabulary());
    entries.put("seq_len", (long) c.context());
    return new Inspection(
        file, "llama2.c, version 0", entries, List.copyOf(model.tensors().values()), Map.of());
  }

  private static Inspection folder(Path folder) {
    ModelFolder model = ModelFolder.read(folder);
    Map<String, Object> entries = new LinkedHashMap<>(model.entries());
    model.tokens().ifPresent(n -> entries.put("tokens of tokenizer.json", (long) n));
    return new Inspection(
        folder, "Hugging Face's folder", entries, List.copyOf(model.tensors().values()), Map.of());
  }

  private static boolean beginsWith(Path file, String mark) {
    byte[] wanted = mark.getBytes(StandardCharsets.US_ASCII);
    try (InputStream in = Files.newInputStream(file)) {
      return Arrays.equals(wanted, in.readNBytes(wanted.length));
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " can't be read: " + e.getMessage(), e);
    }
  }
}

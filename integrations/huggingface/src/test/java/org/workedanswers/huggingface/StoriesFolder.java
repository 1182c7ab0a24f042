package org.workedanswers.huggingface;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;

/** stories260K as a folder in Hugging Face's layout. */
public final class StoriesFolder {
  static final String CONFIG =
      """
      {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64,
       "intermediate_size": 172, "num_hidden_layers": 5, "num_attention_heads": 8,
       "num_key_value_heads": 4, "max_position_embeddings": 512, "rms_norm_eps": 1e-05,
       "rope_theta": 10000.0, "rope_scaling": null, "vocab_size": 512, "hidden_act": "silu",
       "tie_word_embeddings": true, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "float32"}
      """;

  private static final Map<String, String> PARTS =
      Map.of(
          "attn_norm", "input_layernorm",
          "attn_q", "self_attn.q_proj",
          "attn_k", "self_attn.k_proj",
          "attn_v", "self_attn.v_proj",
          "attn_output", "self_attn.o_proj",
          "ffn_norm", "post_attention_layernorm",
          "ffn_gate", "mlp.gate_proj",
          "ffn_up", "mlp.up_proj",
          "ffn_down", "mlp.down_proj");

  /** What Hugging Face's converter would name it. */
  private static String name(String gguf) {
    if (gguf.equals("token_embd.weight")) {
      return "model.embed_tokens.weight";
    }
    if (gguf.equals("output_norm.weight")) {
      return "model.norm.weight";
    }
    String[] parts = gguf.split("\\.");
    return "model.layers." + parts[1] + "." + PARTS.get(parts[2]) + "." + parts[3];
  }

  /** Rows 2p and 2p + 1 of each head of 8 become rows p and p + 4. */
  private static Matrix halves(Matrix w) {
    Matrix halves = Matrix.zeros(w.rows(), w.cols());
    for (int i = 0; i < w.rows(); i++) {
      int head = i / 8 * 8;
      int to = head + i % 2 * 4 + i % 8 / 2;
      halves.rows(to, to + 1).set(w.rows(i, i + 1));
    }
    return halves;
  }

  /** Its tensors by Hugging Face's names and order of rows. */
  static Map<String, Matrix> tensors() {
    GgufModel model = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    Map<String, Matrix> tensors = new LinkedHashMap<>();
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              boolean turned = name.contains("attn_q.") || name.contains("attn_k.");
              tensors.put(name(name), turned ? halves(tensor.matrix()) : tensor.matrix());
            });
    return tensors;
  }

  private StoriesFolder() {}

  /** Writes the folder, its weights in one file or in two with an index. */
  public static void write(Path folder, boolean sharded) throws IOException {
    Map<String, Matrix> all = tensors();
    if (!sharded) {
      write(folder, all);
      return;
    }
    Files.writeString(folder.resolve("config.json"), CONFIG);
    List<String> index = new ArrayList<>();
    for (int shard = 0; shard < 2; shard++) {
      String file = "model-0000" + (shard + 1) + "-of-00002.safetensors";
      Map<String, Matrix> part = new LinkedHashMap<>();
      for (Map.Entry<String, Matrix> e : all.entrySet()) {
        if (e.getKey().hashCode() % 2 == 0 == (shard == 0)) {
          part.put(e.getKey(), e.getValue());
          index.add("\"" + e.getKey() + "\": \"" + file + "\"");
        }
      }
      Files.write(folder.resolve(file), safetensors(part));
    }
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"metadata\": {}, \"weight_map\": {" + String.join(", ", index) + "}}");
  }

  /** The same with other weights. */
  static void write(Path folder, Map<String, Matrix> tensors) throws IOException {
    Files.writeString(folder.resolve("config.json"), CONFIG);
    Files.write(folder.resolve("model.safetensors"), safetensors(tensors));
  }

  /** A file's bytes, in float32. A matrix of one row is a vector. */
  public static byte[] safetensors(Map<String, Matrix> tensors) throws IOException {
    List<String> entries = new ArrayList<>();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (Map.Entry<String, Matrix> e : tensors.entrySet()) {
      Matrix m = e.getValue();
      int at = data.size();
      for (float[] row : m.toArray()) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * row.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(row);
        data.write(bytes.array());
      }
      String shape = m.rows() == 1 ? "" + m.cols() : m.rows() + ", " + m.cols();
      entries.add(
          String.format(
              "\"%s\": {\"dtype\": \"F32\", \"shape\": [%s], \"data_offsets\": [%d, %d]}",
              e.getKey(), shape, at, data.size()));
    }
    byte[] header = ("{" + String.join(", ", entries) + "}").getBytes(StandardCharsets.UTF_8);
    ByteBuffer all = ByteBuffer.allocate(8 + header.length + data.size());
    all.order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).put(header).put(data.toByteArray());
    return all.array();
  }
}

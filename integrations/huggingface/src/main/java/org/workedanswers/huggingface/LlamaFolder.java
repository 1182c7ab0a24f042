package org.workedanswers.huggingface;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Llama;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Storage;

/**
 * A Llama-style decoder as Hugging Face has it: LlamaForCausalLM, MistralForCausalLM or
 * Qwen2ForCausalLM, with {@code config.json} and tensors named {@code
 * model.layers.0.self_attn.q_proj.weight} and so on. Rows of Q and K are such that columns p and p
 * + d_h / 2 of a head are turned together.
 *
 * @param config what {@code config.json} says of it
 * @param tensors the weights by GGUF's names, as {@link Llama} looks for them
 * @param ends the tokens that end a text
 */
public record LlamaFolder(LlamaConfig config, Map<String, Tensor> tensors, Set<Integer> ends) {
  /**
   * Reads a folder: {@code config.json}; {@code model.safetensors}, or the files that {@code
   * model.safetensors.index.json} names; and, if it is there, {@code generation_config.json}, which
   * may name more ends.
   *
   * @throws IllegalArgumentException if a file is missing or can't be read, or as {@link #of}
   */
  public static LlamaFolder read(Path folder) {
    byte[] config = TokenizerJson.bytes(folder.resolve("config.json"));
    Map<String, Tensor> tensors = ModelFolder.tensors(folder, ModelFolder.WEIGHTS);
    try {
      LlamaFolder read = of(config, tensors);
      Set<Integer> ends = new HashSet<>(read.ends());
      Path generation = folder.resolve("generation_config.json");
      if (Files.exists(generation)) {
        ends.addAll(LlamaConfigJson.ends(TokenizerJson.parse(TokenizerJson.bytes(generation))));
      }
      return new LlamaFolder(read.config(), read.tensors(), Set.copyOf(ends));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Of a {@code config.json} and tensors by Hugging Face's names.
   *
   * @throws IllegalArgumentException if the model is of another architecture, or something in it is
   *     missing, out of range or not understood, which is named
   */
  public static LlamaFolder of(byte[] config, Map<String, Tensor> tensors) {
    LlamaConfig read;
    Set<Integer> ends;
    try {
      TokenizerPart root = TokenizerJson.parse(config);
      read = LlamaConfigJson.read(root);
      ends = LlamaConfigJson.ends(root);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("config.json: " + e.getMessage(), e);
    }
    return new LlamaFolder(read, LlamaNames.renamed(tensors), ends);
  }

  /**
   * The decoder.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public Decoder decoder(Storage storage) {
    return Llama.decoder(config, tensors, storage);
  }
}

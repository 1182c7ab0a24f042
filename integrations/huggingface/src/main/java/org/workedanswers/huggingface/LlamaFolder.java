package org.workedanswers.huggingface;

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

package org.workedanswers.huggingface;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;

/**
 * Hugging Face's names of a Llama-style decoder's tensors, and those of GGUF, which {@link
 * org.workedanswers.transformer.Llama} looks for. Source: transformers, {@code modeling_llama.py};
 * gguf-py, {@code tensor_mapping.py}.
 */
final class LlamaNames {
  private static final Pattern IN_LAYER =
      Pattern.compile("model\\.layers\\.(0|[1-9][0-9]{0,5})\\.(.+)\\.(weight|bias)");

  private static final Map<String, String> WHOLE =
      Map.of(
          "model.embed_tokens.weight", "token_embd.weight",
          "model.norm.weight", "output_norm.weight",
          "lm_head.weight", "output.weight");

  private static final Map<String, String> PARTS =
      Map.of(
          "input_layernorm", "attn_norm",
          "self_attn.q_proj", "attn_q",
          "self_attn.k_proj", "attn_k",
          "self_attn.v_proj", "attn_v",
          "self_attn.o_proj", "attn_output",
          "post_attention_layernorm", "ffn_norm",
          "mlp.gate_proj", "ffn_gate",
          "mlp.up_proj", "ffn_up",
          "mlp.down_proj", "ffn_down");

  private LlamaNames() {}

  /** GGUF's name; empty for what old files keep of positions, which is computed here. */
  static Optional<String> gguf(String name) {
    if (WHOLE.containsKey(name)) {
      return Optional.of(WHOLE.get(name));
    }
    if (name.endsWith(".self_attn.rotary_emb.inv_freq")) {
      return Optional.empty();
    }
    Matcher matcher = IN_LAYER.matcher(name);
    String part = matcher.matches() ? PARTS.get(matcher.group(2)) : null;
    Check.that(part != null, "the tensor '%s' is of no part that is understood", name);
    return Optional.of("blk." + matcher.group(1) + "." + part + "." + matcher.group(3));
  }

  /**
   * The same tensors by GGUF's names.
   *
   * @throws IllegalArgumentException if one is not understood
   */
  static <T> Map<String, T> renamed(Map<String, T> tensors) {
    Map<String, T> renamed = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> gguf(name).ifPresent(to -> renamed.put(to, tensor)));
    return renamed;
  }
}

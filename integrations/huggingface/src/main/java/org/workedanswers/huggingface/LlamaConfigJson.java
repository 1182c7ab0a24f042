package org.workedanswers.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.attention.DynamicNtkScaling;
import org.workedanswers.attention.Llama3Scaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;
import org.workedanswers.transformer.LlamaConfig;

/**
 * {@code config.json} of a Llama-style decoder.
 *
 * <pre>
 * hidden_size, intermediate_size, vocab_size, num_hidden_layers      d, d_ff, vocabulary, layers
 * num_attention_heads, num_key_value_heads, head_dim                 h, g = h, d_h = d / h
 * max_position_embeddings, rms_norm_eps                              L, ε = 1e-6
 * rope_theta, rope_scaling; rope_parameters has both in newer files  base = 10000, none
 * tie_word_embeddings                                                false
 * </pre>
 *
 * A sliding window w lets a position see the w before it: up to w tokens that is all of them, and
 * so far reaches the context here. Keys that change nothing in what is computed are passed over.
 * Source: Hugging Face's transformers, {@code configuration_llama.py}, {@code
 * configuration_mistral.py}, {@code configuration_qwen2.py}, {@code modeling_rope_utils.py}.
 */
final class LlamaConfigJson {
  private static final List<String> ARCHITECTURES =
      List.of("LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM");

  /** What a scaling may say beside its type and its factor. */
  private static final Map<String, Set<String>> SCALINGS =
      Map.of(
          "default", Set.of(),
          "linear", Set.of(),
          "dynamic", Set.of("original_max_position_embeddings"),
          "yarn",
              Set.of(
                  "original_max_position_embeddings", "beta_fast", "beta_slow", "attention_factor"),
          "llama3",
              Set.of("original_max_position_embeddings", "low_freq_factor", "high_freq_factor"));

  private final TokenizerPart root;
  private final int trained;

  private LlamaConfigJson(TokenizerPart root) {
    this.root = root;
    this.trained = root.size("max_position_embeddings");
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is of another architecture, or something in it is
   *     missing, out of range or not understood
   */
  static LlamaConfig read(TokenizerPart root) {
    List<TokenizerPart> architectures = root.get("architectures").list();
    Check.that(architectures.size() == 1, "architectures must name one");
    String architecture = architectures.get(0).text();
    Check.that(
        ARCHITECTURES.contains(architecture),
        "the model is a %s: %s are understood",
        architecture,
        String.join(", ", ARCHITECTURES));
    return new LlamaConfigJson(root).config(architecture);
  }

  /** The tokens that end a text, as the file names them. */
  static Set<Integer> ends(TokenizerPart root) {
    Set<Integer> ends = new HashSet<>();
    TokenizerPart end = root.find("eos_token_id");
    if (end != null && end.node().isArray()) {
      end.list().forEach(e -> ends.add(e.integer()));
    } else if (end != null) {
      ends.add(end.integer());
    }
    return ends;
  }

  private LlamaConfig config(String architecture) {
    refuse("quantization_config");
    TokenizerPart act = root.find("hidden_act");
    if (act != null && !act.text().equals("silu")) {
      throw act.unsupported(act.text());
    }
    Check.that(
        root.real("partial_rotary_factor", 1) == 1,
        "partial_rotary_factor is %s: only 1 is supported",
        root.real("partial_rotary_factor", 1));
    int width = root.size("hidden_size");
    int heads = root.size("num_attention_heads");
    int headSize = root.size("head_dim", Math.max(1, width / heads));
    ModelShape shape =
        new ModelShape(
            architecture,
            ModelShape.Kind.DECODER,
            root.size("num_hidden_layers"),
            width,
            new ModelShape.Attention(heads, root.size("num_key_value_heads", heads), headSize),
            ModelShape.FeedForward.dense(root.size("intermediate_size")),
            new ModelShape.Embedding(
                root.size("vocab_size"), root.flag("tie_word_embeddings", false), 0, 0));
    TokenizerPart parameters = root.findObject("rope_parameters");
    TokenizerPart scaling = parameters == null ? root.findObject("rope_scaling") : parameters;
    double base = (parameters == null ? root : parameters).real("rope_theta", Rope.BASE);
    int context = context(architecture, scaling);
    RopeScaling positions = scaling == null ? RopeScaling.plain() : scaling(scaling);
    return new LlamaConfig(
        shape,
        context,
        root.real("rms_norm_eps", 1e-6),
        base,
        Rope.Pairing.HALF_SPLIT,
        positions,
        positions.dependsOnLength() ? LlamaConfig.GROWING : context);
  }

  private void refuse(String key) {
    TokenizerPart part = root.find(key);
    if (part != null) {
      throw part.unsupported("there");
    }
  }

  private int context(String architecture, TokenizerPart scaling) {
    long longest = trained;
    if (scaling != null && type(scaling).equals("yarn")) {
      longest = Math.max(longest, (long) (factor(scaling) * original(scaling)));
    }
    boolean windowed =
        !architecture.equals("Qwen2ForCausalLM") || root.flag("use_sliding_window", false);
    if (windowed) {
      longest = Math.min(longest, root.size("sliding_window", Integer.MAX_VALUE));
    }
    return (int) Math.min(longest, Check.MAX_ELEMENTS);
  }

  private static String type(TokenizerPart scaling) {
    return scaling.text("rope_type", scaling.text("type", "default")); // the latter in older files
  }

  private static double factor(TokenizerPart scaling) {
    return scaling.get("factor").real();
  }

  private int original(TokenizerPart scaling) {
    return scaling.size("original_max_position_embeddings", trained);
  }

  private RopeScaling scaling(TokenizerPart scaling) {
    String type = type(scaling);
    Set<String> known = SCALINGS.get(type);
    if (known == null) {
      throw scaling.unsupported("of the type '" + type + "'");
    }
    List<String> other = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : scaling.node().properties()) {
      if (!known.contains(entry.getKey())
          && !Set.of("type", "rope_type", "factor", "rope_theta").contains(entry.getKey())
          && !entry.getValue().isNull()) {
        other.add(entry.getKey());
      }
    }
    Check.that(
        other.isEmpty(),
        "%s of the type '%s' has %s, which is not understood",
        scaling.name(),
        type,
        String.join(", ", other));
    return switch (type) {
      case "linear" -> new PositionInterpolation(factor(scaling));
      case "dynamic" -> new DynamicNtkScaling(factor(scaling), original(scaling));
      case "yarn" ->
          new YarnScaling(
              factor(scaling),
              original(scaling),
              scaling.real("beta_fast", 32),
              scaling.real("beta_slow", 1),
              scaling.real("attention_factor", YarnScaling.attentionFactor(factor(scaling))));
      case "llama3" ->
          new Llama3Scaling(
              factor(scaling),
              scaling.get("low_freq_factor").real(),
              scaling.get("high_freq_factor").real(),
              scaling.get("original_max_position_embeddings").integer());
      default -> RopeScaling.plain();
    };
  }
}

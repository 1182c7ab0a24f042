package org.workedanswers.transformer;

import java.util.List;
import java.util.Map;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;

/**
 * What a GGUF file's keys say of a Llama-style model. Keys of how positions are scaled that are not
 * understood are refused.
 *
 * <p>Source: the names are those of gguf-py's {@code constants.py}; a factor without a type is
 * linear, as in llama.cpp's {@code llama-model.cpp}.
 */
final class LlamaKeys {
  private static final List<String> SCALING_KEYS =
      List.of("type", "factor", "original_context_length", "attn_factor", "finetuned");

  private static final int MOST = 1 << 24; // of any size that a file names: far above what there is

  private LlamaKeys() {}

  /** See {@link Llama#config(GgufModel)}. */
  static LlamaConfig config(GgufModel model) {
    String a = model.text("general.architecture");
    Check.that(
        a.equals("llama") || a.equals("qwen2"),
        "the model's architecture is '%s': llama (Llama, Mistral, Mixtral and their like) and"
            + " qwen2 are understood",
        a);
    Map<String, Object> entries = model.metadata();
    int width = size(model, a + ".embedding_length");
    int heads = size(model, a + ".attention.head_count");
    int kvHeads = size(model, a + ".attention.head_count_kv", heads);
    int headSize = size(model, a + ".attention.key_length", width / Math.max(1, heads));
    for (String other : List.of(".attention.value_length", ".rope.dimension_count")) {
      Check.that(
          size(model, a + other, headSize) == headSize,
          "'%s%s' is %s and a head has %d columns: only the same is understood",
          a,
          other,
          entries.get(a + other),
          headSize);
    }
    int experts = size(model, a + ".expert_count", 1);
    Tensor table = model.tensor("token_embd.weight");
    ModelShape shape =
        new ModelShape(
            entries.get("general.name") instanceof String name ? name : a,
            ModelShape.Kind.DECODER,
            size(model, a + ".block_count"),
            width,
            new ModelShape.Attention(heads, kvHeads, headSize),
            new ModelShape.FeedForward(
                size(model, a + ".feed_forward_length"),
                experts,
                size(model, a + ".expert_used_count", experts)),
            new ModelShape.Embedding(
                (int) Math.min(table.shape()[0], MOST),
                !model.tensors().containsKey("output.weight"),
                0,
                0));
    return new LlamaConfig(
        shape,
        size(model, a + ".context_length"),
        model.real(a + ".attention.layer_norm_rms_epsilon"),
        entries.containsKey(a + ".rope.freq_base") ? model.real(a + ".rope.freq_base") : Rope.BASE,
        a.equals("llama") ? Rope.Pairing.INTERLEAVED : Rope.Pairing.HALF_SPLIT,
        scaling(model, a + ".rope."),
        size(model, a + ".context_length"));
  }

  /** What the file says of how its positions are scaled. */
  private static RopeScaling scaling(GgufModel model, String rope) {
    String key = rope + "scaling.";
    Map<String, Object> entries = model.metadata();
    for (String other : entries.keySet()) {
      Check.that(
          !other.startsWith(key) || SCALING_KEYS.contains(other.substring(key.length())),
          "'%s' is not understood: of how positions are scaled, %s are",
          other,
          String.join(", ", SCALING_KEYS));
    }
    double attention =
        entries.containsKey(key + "attn_factor") ? model.real(key + "attn_factor") : 1;
    String type = "none";
    String factor = key + "factor";
    if (entries.containsKey(key + "type")) {
      type = model.text(key + "type");
    } else if (entries.containsKey(factor)) {
      type = "linear";
    } else if (entries.containsKey(rope + "scale_linear")) { // of old files
      type = "linear";
      factor = rope + "scale_linear";
    }
    Check.that(
        attention == 1 || type.equals("yarn"),
        "'%sattn_factor' is %s: it is understood where positions are scaled by yarn, and here it is"
            + " %s",
        key,
        attention,
        type);
    return switch (type) {
      case "none" -> RopeScaling.plain();
      case "linear" -> new PositionInterpolation(model.real(factor));
      case "yarn" -> {
        YarnScaling yarn =
            new YarnScaling(model.real(factor), size(model, key + "original_context_length"));
        yield new YarnScaling(
            yarn.factor(),
            yarn.originalLength(),
            yarn.betaFast(),
            yarn.betaSlow(),
            yarn.attentionFactor() * attention);
      }
      default ->
          throw new IllegalArgumentException(
              String.format(
                  "the model's positions are scaled by '%s': none, linear and yarn are understood",
                  type));
    };
  }

  private static int size(GgufModel model, String key) {
    long value = model.number(key);
    Check.that(value >= 1 && value <= MOST, "'%s' is %d: it must be in 1..%d", key, value, MOST);
    return (int) value;
  }

  private static int size(GgufModel model, String key, int otherwise) {
    return model.metadata().containsKey(key) ? size(model, key) : otherwise;
  }
}

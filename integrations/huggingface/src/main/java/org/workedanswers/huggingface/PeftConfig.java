package org.workedanswers.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;

/**
 * {@code adapter_config.json} of a LoRA adapter.
 *
 * <pre>
 * r, lora_alpha                  rank and α; s = α / r
 * use_rslora                     s = α / √r
 * rank_pattern, alpha_pattern    other ones for parts whose name is the key, or ends with . and it
 * target_modules                 parts, as the patterns name them, if it is a list; a regular
 *                                expression or all-linear is not worked out: the tensors tell
 * layers_to_transform            beside such a list: the only layers
 * </pre>
 *
 * What changes more than W by B A is refused: DoRA, trained biases, whole modules and tokens, other
 * kinds than LoRA, starts that change the base (PiSSA, OLoRA, LoftQ, CorDA), and whatever is
 * switched on and not known here. Sources: PEFT, {@code tuners/lora/config.py} and {@code
 * tuners/tuners_utils.py}; Kalajdzievski, <i>A Rank Stabilization Scaling Factor for Fine-Tuning
 * with LoRA</i>, 2023.
 */
final class PeftConfig {
  static final String FILE = "adapter_config.json";

  private static final Pattern LAYER = Pattern.compile("(?:.*\\.)?layers\\.(\\d{1,6})\\..*");

  /** Starts of A and B that leave the base as it is. */
  private static final List<String> STARTS = List.of("gaussian", "eva", "orthogonal");

  /** What must be none, null or empty, and what it would do. */
  private static final Map<String, String> REFUSED =
      new TreeMap<>(
          Map.of(
              "modules_to_save", "modules that were trained whole",
              "trainable_token_indices", "vectors of tokens that were trained",
              "target_parameters", "adapters of parameters that are no layer's",
              "alora_invocation_tokens", "an adapter that begins in the middle of a text",
              "layer_replication", "layers that stand twice"));

  private static final List<String> OFF =
      List.of("use_dora", "use_qalora", "fan_in_fan_out", "lora_bias");

  /** What is read, and what says nothing of how outputs are computed. */
  private static final Set<String> KNOWN =
      Set.of(
          "peft_type",
          "peft_version",
          "task_type",
          "auto_mapping",
          "base_model_name_or_path",
          "revision",
          "inference_mode",
          "r",
          "lora_alpha",
          "lora_dropout",
          "use_rslora",
          "rank_pattern",
          "alpha_pattern",
          "target_modules",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "bias",
          "init_lora_weights",
          "eva_config",
          "corda_config",
          "loftq_config",
          "lora_ga_config",
          "megatron_config",
          "megatron_core",
          "qalora_group_size");

  private final TokenizerPart root;
  private final boolean rankStabilized;
  private final Map<String, TokenizerPart> ranks;
  private final Map<String, TokenizerPart> alphas;
  private final List<String> targets; // empty: the tensors tell
  private final Set<Integer> layers; // empty: all

  private PeftConfig(TokenizerPart root) {
    this.root = root;
    String type = root.text("peft_type", "LORA");
    Check.that(type.equals("LORA"), "peft_type is %s: only LORA is understood", type);
    for (String key : OFF) {
      if (root.flag(key, false)) {
        throw root.get(key).unsupported("true");
      }
    }
    String bias = root.text("bias", "none");
    Check.that(bias.equals("none"), "bias is %s: trained biases are not supported", bias);
    REFUSED.forEach(
        (key, what) ->
            Check.that(
                isOff(root.node().get(key)), "%s is there: %s are not supported", key, what));
    TokenizerPart start = root.find("init_lora_weights");
    Check.that(
        start == null || start.node().isBoolean() || STARTS.contains(start.text()),
        "init_lora_weights is %s, which changes the base's weights: that is not supported",
        start == null ? "" : start.kind());
    for (Map.Entry<String, JsonNode> entry : root.node().properties()) {
      Check.that(
          KNOWN.contains(entry.getKey()) || isOff(entry.getValue()),
          "it has '%s', which is not understood and may change what is computed",
          entry.getKey());
    }
    rankStabilized = root.flag("use_rslora", false);
    ranks = pattern("rank_pattern");
    alphas = pattern("alpha_pattern");
    targets = targets();
    layers = layers();
  }

  /**
   * Reads it.
   *
   * @throws IllegalArgumentException if it is no JSON, or asks for what is not LoRA
   */
  static PeftConfig read(byte[] json) {
    try {
      return new PeftConfig(TokenizerJson.parse(json));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(FILE + ": " + e.getMessage(), e);
    }
  }

  private static boolean isOff(JsonNode node) {
    return node == null
        || node.isNull()
        || node.isBoolean() && !node.booleanValue()
        || node.isContainerNode() && node.isEmpty();
  }

  /** By parts' names; PEFT takes regular expressions, of which names are the usual. */
  private Map<String, TokenizerPart> pattern(String key) {
    Map<String, TokenizerPart> values = new LinkedHashMap<>();
    TokenizerPart part = root.findObject(key);
    if (part != null) {
      for (Map.Entry<String, JsonNode> entry : part.node().properties()) {
        String name = entry.getKey();
        Check.that(
            name.matches("\\^?[\\w.]+"),
            "%s has '%s': only names of parts are understood there",
            key,
            name);
        values.put(name, part.get(name));
      }
    }
    return values;
  }

  private List<String> targets() {
    List<String> names = new ArrayList<>();
    TokenizerPart part = root.find("target_modules");
    if (part != null && part.node().isArray()) {
      part.list().forEach(p -> names.add(p.text()));
    } else if (part != null) {
      part.text();
    }
    return names;
  }

  private Set<Integer> layers() {
    Set<Integer> numbers = new HashSet<>();
    TokenizerPart part = root.find("layers_to_transform");
    if (part != null && part.node().isArray()) {
      part.list().forEach(p -> numbers.add(p.integer()));
    } else if (part != null) {
      numbers.add(part.integer());
    }
    return numbers;
  }

  /** Whether a key is a part's name, or its end behind a dot; behind ^ it is the whole name. */
  private static boolean matches(String key, String part) {
    return key.startsWith("^")
        ? part.equals(key.substring(1))
        : part.equals(key) || part.endsWith("." + key);
  }

  /**
   * PEFT passes over the tensors of parts that the configuration does not name; here they are
   * refused.
   */
  void checkNamed(String part) {
    Check.that(
        targets.isEmpty() || targets.stream().anyMatch(t -> matches(t, part)),
        "there is an adapter for %s, which target_modules does not name: %s",
        part,
        String.join(", ", targets));
    if (!targets.isEmpty() && !layers.isEmpty()) {
      Matcher layer = LAYER.matcher(part);
      Check.that(
          layer.matches() && layers.contains(Integer.parseInt(layer.group(1))),
          "there is an adapter for %s, which is in none of the layers_to_transform",
          part);
    }
  }

  /** r of a part, at least 1. */
  int rank(String part) {
    TokenizerPart rank = of(part, ranks, "r");
    Check.that(rank.integer() >= 1, "%s is %d: it must be at least 1", rank.name(), rank.integer());
    return rank.integer();
  }

  /** α of a part as {@link org.workedanswers.lora.Adapter} has it, which divides by r. */
  double alpha(String part, int rank) {
    TokenizerPart set = of(part, alphas, "lora_alpha");
    double alpha = Check.positive(set.name(), set.real());
    return rankStabilized ? alpha * Math.sqrt(rank) : alpha;
  }

  /** The first whose key the part's name matches, or what goes for all. */
  private TokenizerPart of(String part, Map<String, TokenizerPart> pattern, String key) {
    for (Map.Entry<String, TokenizerPart> e : pattern.entrySet()) {
      if (matches(e.getKey(), part)) {
        return e.getValue();
      }
    }
    return root.get(key);
  }
}

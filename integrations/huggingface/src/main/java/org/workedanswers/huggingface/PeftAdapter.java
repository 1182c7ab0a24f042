package org.workedanswers.huggingface;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.attention.Rope;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.lora.Adapter;
import org.workedanswers.transformer.LlamaConfig;

/**
 * LoRA adapters of a Llama-style decoder as PEFT saves them.
 *
 * <pre>
 * adapter_config.json        r, lora_alpha; use_rslora; rank_pattern, alpha_pattern by parts' names
 * adapter_model.safetensors  base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight   A [r x in]
 *                            base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight   B [out x r]
 *
 * W' = W + s B A             s = lora_alpha / r, with use_rslora lora_alpha / √r
 * </pre>
 *
 * Which parts have one is told by the tensors. What changes more than W by B A is refused: DoRA,
 * trained biases, whole modules and tokens, other kinds than LoRA, and starts that change the base
 * (PiSSA, OLoRA, LoftQ, CorDA). Sources: PEFT, {@code tuners/lora/config.py} and {@code
 * utils/save_and_load.py}; Kalajdzievski, <i>A Rank Stabilization Scaling Factor for Fine-Tuning
 * with LoRA</i>, 2023.
 *
 * @param parts adapters by their modules' names, {@code model.layers.0.self_attn.q_proj}; rows of B
 *     as Hugging Face's models have them
 */
public record PeftAdapter(Map<String, Adapter> parts) {
  private static final String CONFIG = "adapter_config.json";
  private static final Pattern NAME =
      Pattern.compile("base_model\\.model\\.([\\w.]+)\\.lora_([AB])(\\.default)?\\.weight");

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

  /** A's and B's tensors of a part. */
  private static final class Pair {
    private Tensor a;
    private Tensor b;
  }

  /**
   * Reads a folder: {@code adapter_config.json} and {@code adapter_model.safetensors}.
   *
   * @throws IllegalArgumentException if a file is missing, damaged, or asks for what is not LoRA
   */
  public static PeftAdapter read(Path folder) {
    byte[] config = TokenizerJson.bytes(folder.resolve(CONFIG));
    Map<String, Tensor> tensors = ModelFolder.tensors(folder, ModelFolder.ADAPTER);
    try {
      return of(config, tensors);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
  }

  /**
   * Of the files' contents.
   *
   * @throws IllegalArgumentException as {@link #read}
   */
  public static PeftAdapter of(byte[] config, Map<String, Tensor> tensors) {
    Settings settings;
    try {
      settings = new Settings(TokenizerJson.parse(config));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(CONFIG + ": " + e.getMessage(), e);
    }
    Map<String, Pair> pairs = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          Matcher matcher = NAME.matcher(name);
          Check.that(
              matcher.matches(),
              "the tensor '%s' is no layer's: names such as"
                  + " base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight are understood",
              name);
          Pair pair = pairs.computeIfAbsent(matcher.group(1), n -> new Pair());
          boolean a = matcher.group(2).equals("A");
          Check.that((a ? pair.a : pair.b) == null, "the tensor '%s' stands there twice", name);
          if (a) {
            pair.a = tensor;
          } else {
            pair.b = tensor;
          }
        });
    Check.that(!pairs.isEmpty(), "there is no adapter in it");
    Map<String, Adapter> parts = new LinkedHashMap<>();
    pairs.forEach((name, pair) -> parts.put(name, settings.adapter(name, pair)));
    return new PeftAdapter(Map.copyOf(parts));
  }

  /**
   * The adapters by the names of a model's tensors, as {@link
   * org.workedanswers.transformer.AdaptedLlama} wants them. Models that turn neighbours (GGUF's and
   * llama2.c's) have the rows of Q and K in another order than Hugging Face's: B's rows follow.
   *
   * @throws IllegalArgumentException if a part is none of such a model's, or its B has not as many
   *     rows as heads need
   */
  public Map<String, Adapter> adapters(LlamaConfig config) {
    Map<String, Adapter> adapters = new TreeMap<>();
    parts.forEach(
        (name, adapter) -> {
          String tensor = LlamaNames.gguf(name + ".weight").orElseThrow();
          boolean turned = tensor.contains(".attn_q.") || tensor.contains(".attn_k.");
          boolean neighbours = config.pairing() == Rope.Pairing.INTERLEAVED;
          adapters.put(
              tensor,
              turned && neighbours
                  ? neighbours(name, adapter, config.shape().attention().headSize())
                  : adapter);
        });
    return adapters;
  }

  /** Rows p and p + d_h / 2 of each head become 2p and 2p + 1. */
  private static Adapter neighbours(String name, Adapter adapter, int headSize) {
    Matrix b = adapter.b();
    Check.that(
        b.rows() % headSize == 0,
        "B of %s has %d rows: they must be whole heads of %d",
        name,
        b.rows(),
        headSize);
    Matrix turned = Matrix.zeros(b.rows(), b.cols());
    for (int i = 0; i < b.rows(); i++) {
      int p = i % headSize;
      int half = headSize / 2;
      int to = i - p + (p < half ? 2 * p : 2 * (p - half) + 1);
      turned.rows(to, to + 1).set(b.rows(i, i + 1));
    }
    return new Adapter(adapter.a(), turned, adapter.alpha());
  }

  /** What the configuration says of every part. */
  private static final class Settings {
    private final TokenizerPart root;
    private final boolean rankStabilized;
    private final Map<String, TokenizerPart> ranks;
    private final Map<String, TokenizerPart> alphas;

    Settings(TokenizerPart root) {
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
          (key, what) -> {
            TokenizerPart part = root.find(key);
            Check.that(
                part == null || part.node().isContainerNode() && part.node().isEmpty(),
                "%s is there: %s are not supported",
                key,
                what);
          });
      TokenizerPart start = root.find("init_lora_weights");
      Check.that(
          start == null || start.node().isBoolean() || STARTS.contains(start.text()),
          "init_lora_weights is %s, which changes the base's weights: that is not supported",
          start == null ? "" : start.kind());
      rankStabilized = root.flag("use_rslora", false);
      ranks = pattern("rank_pattern");
      alphas = pattern("alpha_pattern");
    }

    /** By the end of parts' names; PEFT takes regular expressions, of which names are the usual. */
    private Map<String, TokenizerPart> pattern(String key) {
      Map<String, TokenizerPart> values = new LinkedHashMap<>();
      TokenizerPart part = root.findObject(key);
      if (part != null) {
        for (Map.Entry<String, JsonNode> entry : part.node().properties()) {
          String name = entry.getKey();
          Check.that(
              name.matches("[\\w.]+"),
              "%s has '%s': only names of parts are understood there",
              key,
              name);
          values.put(name, part.get(name));
        }
      }
      return values;
    }

    /** The first whose name the part's ends with, or what goes for all. */
    private TokenizerPart of(String part, Map<String, TokenizerPart> pattern, String key) {
      for (Map.Entry<String, TokenizerPart> e : pattern.entrySet()) {
        if (part.equals(e.getKey()) || part.endsWith("." + e.getKey())) {
          return e.getValue();
        }
      }
      return root.get(key);
    }

    Adapter adapter(String part, Pair pair) {
      Check.that(
          pair.a != null && pair.b != null,
          "%s has no lora_%s: an adapter has both",
          part,
          pair.a == null ? "A" : "B");
      int rank = of(part, ranks, "r").integer();
      long[] a = pair.a.shape();
      long[] b = pair.b.shape();
      Check.that(
          a.length == 2 && b.length == 2 && a[0] == rank && b[1] == rank,
          "%s has %s and %s and r is %d: they must be r x in and out x r",
          part,
          pair.a,
          pair.b,
          rank);
      double alpha = of(part, alphas, "lora_alpha").real();
      double scale = rankStabilized ? Math.sqrt(rank) : 1; // Adapter divides by r
      return new Adapter(finite(part, pair.a), finite(part, pair.b), alpha * scale);
    }

    private static Matrix finite(String part, Tensor tensor) {
      Matrix m = tensor.matrix();
      for (float x : m.data()) {
        Check.that(Float.isFinite(x), "%s: %s has a value that is %s", part, tensor, x);
      }
      return m;
    }
  }
}

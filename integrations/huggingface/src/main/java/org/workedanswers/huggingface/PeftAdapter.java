package org.workedanswers.huggingface;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.attention.Rope;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.LoraPlan;
import org.workedanswers.transformer.LlamaConfig;

/**
 * LoRA adapters of a Llama-style decoder as PEFT saves them.
 *
 * <pre>
 * adapter_config.json        see {@link PeftConfig}
 * adapter_model.safetensors  base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight   A [r x in]
 *                            base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight   B [out x r]
 *
 * W' = W + s B A             s = lora_alpha / r, with use_rslora lora_alpha / √r
 * </pre>
 *
 * Which parts have one is told by the tensors; values stay in the mapped file until a model asks
 * for them, whose shapes they must fit. Source: PEFT, {@code utils/save_and_load.py}.
 *
 * @param parts adapters by their modules' names, {@code model.layers.0.self_attn.q_proj}
 */
public record PeftAdapter(Map<String, Part> parts) {
  private static final Pattern NAME =
      Pattern.compile("base_model\\.model\\.([\\w.]+)\\.lora_([AB])(\\.default)?\\.weight");

  /** Parts that can have one by GGUF's names, and by those of {@link ModelShape}. */
  private static final Map<String, String> SHAPES =
      Map.of(
          "attn_q", "q",
          "attn_k", "k",
          "attn_v", "v",
          "attn_output", "o",
          "ffn_gate", "gate",
          "ffn_up", "up",
          "ffn_down", "down");

  private static final Pattern TENSOR =
      Pattern.compile("(?:blk\\.(\\d{1,6})\\.(\\w+)|output)\\.weight");

  /**
   * An adapter of one part, in its file.
   *
   * @param a A [r x in]
   * @param b B [out x r], rows as Hugging Face's models have them
   * @param alpha α, with s = α / r
   */
  public record Part(Tensor a, Tensor b, double alpha) {
    private long rank() {
      return a.shape()[0];
    }
  }

  /**
   * Reads a folder: {@code adapter_config.json} and {@code adapter_model.safetensors}.
   *
   * @throws IllegalArgumentException if a file is missing, damaged, or asks for what is not LoRA
   */
  public static PeftAdapter read(Path folder) {
    byte[] config = TokenizerJson.bytes(folder.resolve(PeftConfig.FILE));
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
    PeftConfig settings = PeftConfig.read(config);
    Map<String, Tensor> as = new LinkedHashMap<>();
    Map<String, Tensor> bs = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          Matcher matcher = NAME.matcher(name);
          Check.that(
              matcher.matches(),
              "the tensor '%s' is no layer's: names such as"
                  + " base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight are understood",
              name);
          Map<String, Tensor> side = matcher.group(2).equals("A") ? as : bs;
          Check.that(
              side.put(matcher.group(1), tensor) == null,
              "the tensor '%s' stands there twice",
              name);
        });
    Set<String> names = new TreeSet<>(as.keySet());
    names.addAll(bs.keySet());
    Check.that(!names.isEmpty(), "there is no adapter in it");
    Map<String, Part> parts = new LinkedHashMap<>();
    names.forEach(name -> parts.put(name, part(settings, name, as.get(name), bs.get(name))));
    return new PeftAdapter(Collections.unmodifiableMap(parts));
  }

  private static Part part(PeftConfig settings, String name, Tensor a, Tensor b) {
    Check.that(
        a != null && b != null,
        "%s has no lora_%s: an adapter has both",
        name,
        a == null ? "A" : "B");
    settings.checkNamed(name);
    int rank = settings.rank(name);
    long[] sizesA = a.shape();
    long[] sizesB = b.shape();
    Check.that(
        sizesA.length == 2 && sizesB.length == 2 && sizesA[0] == rank && sizesB[1] == rank,
        "%s has %s and %s and r is %d: they must be r x in and out x r",
        name,
        a,
        b,
        rank);
    return new Part(a, b, settings.alpha(name, rank));
  }

  /** Bytes of all A and B in float32. */
  public long bytes() {
    return parts.values().stream()
        .mapToLong(p -> Float.BYTES * (p.a.elements() + p.b.elements()))
        .sum();
  }

  /**
   * The names of the model's tensors that the parts go with, as GGUF has them.
   *
   * @throws IllegalArgumentException if a part is none of a Llama-style model's
   */
  public Set<String> tensors() {
    Set<String> tensors = new TreeSet<>();
    parts.keySet().forEach(name -> tensors.add(tensor(name)));
    return tensors;
  }

  private static String tensor(String name) {
    return LlamaNames.gguf(name + ".weight").orElseThrow();
  }

  /**
   * The adapters by the names of a model's tensors, as {@link
   * org.workedanswers.transformer.AdaptedLlama} wants them. Models that turn neighbours (GGUF's and
   * llama2.c's) have the rows of Q and K in another order than Hugging Face's: B's rows follow.
   *
   * @throws IllegalArgumentException if a part is none of this model's, or A and B do not fit it or
   *     hold NaN or infinity
   */
  public Map<String, Adapter> adapters(LlamaConfig config) {
    parts.forEach((name, part) -> check(config.shape(), name, part));
    Map<String, Adapter> adapters = new TreeMap<>();
    parts.forEach(
        (name, part) -> {
          String tensor = tensor(name);
          boolean turned = tensor.contains(".attn_q.") || tensor.contains(".attn_k.");
          boolean neighbours = config.pairing() == Rope.Pairing.INTERLEAVED;
          Matrix b = finite(part.b);
          adapters.put(
              tensor,
              new Adapter(
                  finite(part.a),
                  turned && neighbours ? neighbours(b, config.shape().attention().headSize()) : b,
                  part.alpha));
        });
    return adapters;
  }

  /** Holds the sizes that the file names against the model's, before any memory is taken. */
  private static void check(ModelShape model, String name, Part part) {
    Matcher matcher = TENSOR.matcher(tensor(name));
    boolean head = matcher.matches() && matcher.group(1) == null;
    String known = head ? "head" : matcher.matches() ? SHAPES.get(matcher.group(2)) : null;
    Check.that(
        known != null,
        "there is an adapter for %s: layers of attention and feed-forward parts and a head of its"
            + " own can have one",
        name);
    Check.that(
        !head || !model.embedding().tied(),
        "there is an adapter for %s, and this model has no head of its own",
        name);
    Check.that(
        head || Integer.parseInt(matcher.group(1)) < model.layers(),
        "there is an adapter for %s, and the model has %d layers",
        name,
        model.layers());
    ModelShape.Part w = model.part(known);
    Check.that(
        part.a.shape()[1] == w.cols() && part.b.shape()[0] == w.rows(),
        "%s has %s and %s and W is %d x %d: they must be r x in and out x r",
        name,
        part.a,
        part.b,
        w.rows(),
        w.cols());
    try {
      LoraPlan.parameters((int) part.rank(), w.rows(), w.cols());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** Rows p and p + d_h / 2 of each head become 2p and 2p + 1. */
  private static Matrix neighbours(Matrix b, int headSize) {
    Matrix turned = Matrix.zeros(b.rows(), b.cols());
    for (int i = 0; i < b.rows(); i++) {
      int p = i % headSize;
      int half = headSize / 2;
      int to = i - p + (p < half ? 2 * p : 2 * (p - half) + 1);
      turned.rows(to, to + 1).set(b.rows(i, i + 1));
    }
    return turned;
  }

  private static Matrix finite(Tensor tensor) {
    Matrix m = tensor.matrix();
    for (float x : m.data()) {
      Check.that(Float.isFinite(x), "%s has a value that is %s", tensor, x);
    }
    return m;
  }
}

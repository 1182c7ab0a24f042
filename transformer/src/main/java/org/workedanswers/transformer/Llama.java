package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Llama2c;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;

/**
 * Llama-style decoders from their files: RMSNorm before the parts, SwiGLU or experts of it, rotary
 * positions, grouped-query attention, no biases (Qwen 2 has them on Q, K and V).
 *
 * <p>Tensors go by GGUF's names:
 *
 * <pre>
 * token_embd.weight                             [vocabulary x d]
 * blk.N.attn_norm.weight, ffn_norm.weight       [d]
 * blk.N.attn_q, attn_k, attn_v, attn_output     [h d_h x d], [g d_h x d] twice, [d x h d_h]
 * blk.N.ffn_gate, ffn_up, ffn_down              [d_ff x d] twice, [d x d_ff]
 * blk.N.ffn_gate_inp, ffn_gate_exps, ...        a router and experts in their place
 * output_norm.weight, output.weight             [d], [vocabulary x d]; without the latter the embedding is the head, and held once
 * rope_freqs.weight                             [d_h / 2], what frequencies are divided by (Llama 3.1)
 * </pre>
 *
 * Sources: Touvron et al., <i>LLaMA</i>, 2023, section 2.2; Jiang et al., <i>Mixtral of
 * Experts</i>, 2024; the names are those of gguf-py's {@code constants.py}.
 */
public final class Llama {
  private static final double LLAMA2C_EPSILON = 1e-5; // in run.c's code, not in its files

  private static final Pattern TENSOR =
      Pattern.compile(
          "(?:token_embd|output_norm|rope_freqs|output|blk\\.(\\d{1,9})\\.(?:attn|ffn)_norm)\\.weight"
              + "|(?:output|blk\\.(\\d{1,9})\\.(?:attn_(?:q|k|v|output)|ffn_(?:gate|up|down)))"
              + "\\.(?:weight|bias)"
              + "|blk\\.(\\d{1,9})\\.ffn_(?:gate_inp|gate_exps|up_exps|down_exps)\\.weight");

  private final LlamaConfig config;
  private final NamedWeights weights;
  private final RotaryPositions positions;
  private final LinearMaker maker;

  private Llama(LlamaConfig config, NamedWeights weights, LinearMaker maker) {
    this.maker = maker;
    this.config = config;
    this.weights = weights;
    weights.names().forEach(name -> checkKnown(name, config.shape().layers()));
    int half = config.frequencies(config.length()).length;
    Optional<float[]> factors = weights.optionalVector("rope_freqs.weight", half);
    boolean growing = config.length() == LlamaConfig.GROWING;
    positions =
        growing && config.scaling().dependsOnLength()
            ? RotaryPositions.growing(n -> rope(config, n, factors), config.scaling().unchangedTo())
            : new RotaryPositions(rope(config, config.length(), factors));
  }

  /** What is not read would be left out without a word. */
  private static void checkKnown(String name, int layers) {
    Matcher matcher = TENSOR.matcher(name);
    Check.that(matcher.matches(), "the model has a tensor '%s', which is not understood", name);
    for (int g = 1; g <= matcher.groupCount(); g++) {
      Check.that(
          matcher.group(g) == null || Integer.parseInt(matcher.group(g)) < layers,
          "the model has a tensor '%s' and %d layers: it belongs to none of them",
          name,
          layers);
    }
  }

  private static Rope rope(LlamaConfig config, int length, Optional<float[]> factors) {
    double[] frequencies = config.frequencies(length);
    for (int p = 0; factors.isPresent() && p < frequencies.length; p++) {
      frequencies[p] /= Check.positive("a factor of rope_freqs", factors.get()[p]);
    }
    return new Rope(frequencies, config.scaling().attentionFactor(), config.pairing());
  }

  /**
   * The decoder of a configuration and its tensors by GGUF's names.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static Decoder decoder(LlamaConfig config, Map<String, Tensor> tensors, Storage storage) {
    return decoder(config, tensors, storage, LinearMaker.STORED);
  }

  /**
   * The same, its linear layers and its table made by another. Layers that read the same x have the
   * norm before them as their input, the attention's output {@code attn_v}, the feed-forward part's
   * {@code ffn_up}; experts are not among them.
   *
   * @throws IllegalArgumentException if a tensor is missing or has another shape
   */
  public static Decoder decoder(
      LlamaConfig config, Map<String, Tensor> tensors, Storage storage, LinearMaker maker) {
    return decoder(config, new NamedWeights(tensors, storage), maker);
  }

  static Decoder decoder(LlamaConfig config, NamedWeights weights, LinearMaker maker) {
    return new Llama(config, weights, maker).decoder();
  }

  /**
   * The decoder of a GGUF file.
   *
   * @throws IllegalArgumentException if it is of another architecture, or something in it is
   *     missing, out of range or not understood
   */
  public static Decoder decoder(GgufModel model, Storage storage) {
    return decoder(config(model), model.tensors(), storage);
  }

  /**
   * What a GGUF file says of its model.
   *
   * @throws IllegalArgumentException if it is of another architecture, or something in it is
   *     missing, out of range or not understood
   */
  public static LlamaConfig config(GgufModel model) {
    return LlamaKeys.config(model);
  }

  /** What a llama2.c file says of its model; its tensors have GGUF's names. */
  public static LlamaConfig config(Llama2c model) {
    Llama2c.Config c = model.config();
    ModelShape shape =
        new ModelShape(
            "llama2.c",
            ModelShape.Kind.DECODER,
            c.layers(),
            c.dim(),
            new ModelShape.Attention(c.heads(), c.kvHeads(), c.headSize()),
            ModelShape.FeedForward.dense(c.hidden()),
            new ModelShape.Embedding(
                c.vocabulary(), !model.tensors().containsKey("output.weight"), 0, 0));
    return new LlamaConfig(
        shape,
        c.context(),
        LLAMA2C_EPSILON,
        Rope.BASE,
        Rope.Pairing.INTERLEAVED,
        RopeScaling.plain(),
        c.context());
  }

  private Decoder decoder() {
    ModelShape shape = config.shape();
    int d = shape.dModel();
    int vocabulary = shape.embedding().vocabulary();
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      layers.add(layer("blk." + l + "."));
    }
    boolean tied = shape.embedding().tied();
    String head = tied ? "token_embd" : "output";
    return new Decoder(
        Embeddings.of(
            maker.table(
                "token_embd",
                () -> weights.matrix("token_embd.weight", vocabulary, d),
                () ->
                    tied
                        ? weights.tiedTable("token_embd.weight", "token_embd.bias", vocabulary, d)
                        : weights.table("token_embd.weight", vocabulary, d))),
        new Stack(layers, Optional.of(norm("output_norm")), Mask.causal()),
        linear(head, "output_norm", vocabulary, d),
        config.context());
  }

  private Layer layer(String part) {
    ModelShape shape = config.shape();
    ModelShape.Attention a = shape.attention();
    int d = shape.dModel();
    int own = a.heads() * a.headSize();
    int shared = a.kvHeads() * a.headSize();
    Linear projections =
        Linear.sideBySide(
            linear(part + "attn_q", part + "attn_norm", own, d),
            linear(part + "attn_k", part + "attn_norm", shared, d),
            linear(part + "attn_v", part + "attn_norm", shared, d));
    SelfAttention attention =
        new SelfAttention(
            new MultiHead(a.heads(), a.kvHeads()),
            projections,
            linear(part + "attn_output", part + "attn_v", d, own),
            Optional.of(positions),
            Optional.empty());
    return new Layer(
        NormPlace.PRE,
        attention,
        norm(part + "attn_norm"),
        Optional.empty(),
        shape.feedForward().experts() == 1 ? mlp(part) : experts(part),
        norm(part + "ffn_norm"));
  }

  private Mlp mlp(String part) {
    int d = config.shape().dModel();
    int hidden = config.shape().feedForward().dFf();
    return Mlp.gated(
        linear(part + "ffn_gate", part + "ffn_norm", hidden, d),
        linear(part + "ffn_up", part + "ffn_norm", hidden, d),
        linear(part + "ffn_down", part + "ffn_up", d, hidden),
        Activation.SILU);
  }

  private Experts experts(String part) {
    ModelShape.FeedForward f = config.shape().feedForward();
    int d = config.shape().dModel();
    int count = f.experts();
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      Matrix gate = weights.slice(part + "ffn_gate_exps.weight", e, count, f.dFf(), d);
      Matrix up = weights.slice(part + "ffn_up_exps.weight", e, count, f.dFf(), d);
      Matrix down = weights.slice(part + "ffn_down_exps.weight", e, count, d, f.dFf());
      experts.add(
          FeedForward.gated(
              Activation.SILU, gate.transposed(), up.transposed(), down.transposed()));
    }
    Matrix router = weights.matrix(part + "ffn_gate_inp.weight", count, d).transposed();
    return new Experts(
        new MixtureOfExperts(
            new Router(router, f.activeExperts(), Gating.TOP_K_THEN_SOFTMAX), experts));
  }

  private Linear linear(String part, String input, int out, int in) {
    return maker.make(
        new NamedLinear(
            part,
            input,
            out,
            in,
            () -> weights.matrix(part + ".weight", out, in),
            weights.optionalVector(part + ".bias", out).orElse(null),
            () -> weights.linear(part + ".weight", part + ".bias", out, in)));
  }

  private Norm norm(String part) {
    float[] gain = weights.vector(part + ".weight", config.shape().dModel());
    return new RmsNorm(gain, config.epsilon());
  }
}

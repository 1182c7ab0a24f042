package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.Rope;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;

/**
 * Transformers before training: every weight of a linear layer normal with mean 0 and variance 1 /
 * d_in, so that outputs have the variance of inputs; tables normal with variance 1; norms' gains 1;
 * all biases 0.
 */
public final class Initial {
  private static final int BUCKETS = 32; // T5's

  private final TransformerConfig config;
  private final ModelShape shape;
  private final int d;
  private final SeededRandom random;

  private Initial(TransformerConfig config, SeededRandom random) {
    this.config = config;
    this.shape = config.shape();
    this.d = shape.dModel();
    this.random = random;
  }

  /** An encoder: every position attends to every position. */
  public static Encoder encoder(TransformerConfig config, SeededRandom random) {
    Initial initial = new Initial(config, random);
    return new Encoder(initial.embeddings(), initial.stack(Mask.full(), false));
  }

  /** A decoder, its head the embedding itself where the shape says so. */
  public static Decoder decoder(TransformerConfig config, SeededRandom random) {
    return new Initial(config, random).decoder(false);
  }

  /**
   * An encoder and a decoder of the same sizes whose layers attend to it, with tables of their own.
   */
  public static EncoderDecoder encoderDecoder(TransformerConfig config, SeededRandom random) {
    Encoder encoder = encoder(config, random);
    return new EncoderDecoder(encoder, new Initial(config, random).decoder(true));
  }

  private Decoder decoder(boolean cross) {
    Matrix table = random.gaussian(shape.embedding().vocabulary(), d, 1);
    Embeddings embeddings = embeddings(table);
    Stack stack = stack(Mask.causal(), cross);
    Linear head =
        shape.embedding().tied()
            ? Linear.dense(table, null)
            : Linear.dense(weight(table.rows(), d), null);
    int context = Math.max(1, shape.embedding().positions());
    return new Decoder(embeddings, stack, head, context);
  }

  private Embeddings embeddings() {
    return embeddings(random.gaussian(shape.embedding().vocabulary(), d, 1));
  }

  private Embeddings embeddings(Matrix table) {
    boolean learned = config.positions() == Positions.LEARNED;
    int types = shape.embedding().tokenTypes();
    return new Embeddings(
        TokenTable.of(table),
        learned
            ? Optional.of(random.gaussian(shape.embedding().positions(), d, 1))
            : Optional.empty(),
        types > 0 ? Optional.of(random.gaussian(types, d, 1)) : Optional.empty(),
        config.place() == NormPlace.POST ? Optional.of(norm()) : Optional.empty());
  }

  private Stack stack(Mask mask, boolean cross) {
    Optional<RotaryPositions> rope =
        config.positions() == Positions.ROTARY
            ? Optional.of(
                new RotaryPositions(
                    Rope.of(shape.attention().headSize(), Rope.Pairing.INTERLEAVED)))
            : Optional.empty();
    Optional<RelativeBias> bias = Optional.empty();
    if (config.positions() == Positions.RELATIVE) {
      Matrix numbers = random.gaussian(BUCKETS, shape.attention().heads(), 1);
      boolean both = mask.equals(Mask.full());
      bias = Optional.of(new RelativeBias(numbers, both, RelativeBias.MAX_DISTANCE));
    }
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < shape.layers(); l++) {
      layers.add(layer(rope, bias, cross));
    }
    boolean last = config.place() == NormPlace.PRE;
    return new Stack(layers, last ? Optional.of(norm()) : Optional.empty(), mask);
  }

  private Layer layer(Optional<RotaryPositions> rope, Optional<RelativeBias> bias, boolean cross) {
    MultiHead heads = new MultiHead(shape.attention().heads(), shape.attention().kvHeads());
    int own = heads.heads() * shape.attention().headSize();
    int shared = heads.kvHeads() * shape.attention().headSize();
    SelfAttention attention =
        new SelfAttention(heads, linear(own + 2 * shared, d), linear(d, own), rope, bias);
    Optional<Layer.Cross> toEncoder = Optional.empty();
    if (cross) {
      CrossAttention c =
          new CrossAttention(
              heads, linear(own, d), linear(2 * shared, d), linear(d, own), bias.isEmpty());
      toEncoder = Optional.of(new Layer.Cross(c, norm()));
    }
    return new Layer(config.place(), attention, norm(), toEncoder, feedForward(), norm());
  }

  private FeedForwardPart feedForward() {
    ModelShape.FeedForward f = shape.feedForward();
    if (f.experts() > 1) {
      List<FeedForward> experts = new ArrayList<>();
      for (int e = 0; e < f.experts(); e++) {
        experts.add(
            FeedForward.gated(
                config.activation(),
                weight(f.dFf(), d).transposed(),
                weight(f.dFf(), d).transposed(),
                weight(d, f.dFf()).transposed()));
      }
      Matrix router = weight(f.experts(), d).transposed();
      return new Experts(
          new MixtureOfExperts(
              new Router(router, f.activeExperts(), Gating.TOP_K_THEN_SOFTMAX), experts));
    }
    return config.gated()
        ? Mlp.gated(linear(f.dFf(), d), linear(f.dFf(), d), linear(d, f.dFf()), config.activation())
        : Mlp.dense(linear(f.dFf(), d), linear(d, f.dFf()), config.activation());
  }

  private Linear linear(int out, int in) {
    return Linear.dense(weight(out, in), config.biases() ? new float[out] : null);
  }

  private Matrix weight(int out, int in) {
    return random.gaussian(out, in, 1 / Math.sqrt(in));
  }

  private Norm norm() {
    float[] gain = new float[d];
    Arrays.fill(gain, 1);
    return config.rms()
        ? new RmsNorm(gain, config.epsilon())
        : new LayerNorm(gain, new float[d], config.epsilon());
  }
}

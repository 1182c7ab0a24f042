package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A decoder: from the tokens so far to a number for every token that may come next.
 *
 * <pre>
 * x = embeddings(tokens)             [n x d]
 * x = layer_l(x)    for every l      a position attends to itself and those before it
 * logits = x W_headᵀ                 [n x vocabulary];  P(next | tokens 0..i) = softmax(logits_i)
 * </pre>
 *
 * Llama's (Touvron et al., <i>LLaMA</i>, 2023, section 2.2) has RMSNorm before the parts, SwiGLU
 * and rotary positions. {@link #start} begins a sequence whose keys and values are kept, so that
 * every further token costs one row.
 *
 * @param embeddings tokens to vectors
 * @param stack the layers
 * @param head W_head [vocabulary x d], which may be the embedding itself
 * @param context the longest sequence it was trained for
 */
public record Decoder(Embeddings embeddings, Stack stack, Linear head, int context) {
  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if they do not fit
   */
  public Decoder {
    Check.that(
        embeddings.width() == stack.width()
            && head.in() == stack.width()
            && head.out() == embeddings.words().size(),
        "the embeddings are %d x %d, the layers of width %d, the head %d x %d: they must be"
            + " vocabulary x d, d, and vocabulary x d",
        embeddings.words().size(),
        embeddings.width(),
        stack.width(),
        head.out(),
        head.in());
    Check.positive("context", context);
  }

  /** How many tokens there are. */
  public int vocabulary() {
    return head.out();
  }

  /**
   * Weights and biases.
   *
   * @param tied whether the head is the embedding itself, and not counted twice
   */
  public long parameters(boolean tied) {
    return embeddings.parameters() + stack.parameters() + (tied ? 0 : head.parameters());
  }

  /**
   * A sequence of at most {@code capacity} tokens, nothing in it yet.
   *
   * @throws IllegalArgumentException if the capacity is below 1, or its keys and values pass what
   *     memory can hold
   */
  public Sequence start(Compute compute, int capacity) {
    return new Sequence(this, compute, Retention.all(capacity), null);
  }

  /**
   * A sequence that keeps what the retention says, nothing in it yet.
   *
   * @throws IllegalArgumentException as {@link #start(Compute, int)}, or if it forgets and the
   *     layers' mask is not causal or their positions are not told by turning
   */
  public Sequence start(Compute compute, Retention retention) {
    Check.that(
        retention.kind() == Retention.Kind.ALL || stack.mask().equals(Mask.causal()),
        "the layers' mask is %s: a sequence that forgets has its own, of a causal one",
        stack.mask());
    return new Sequence(this, compute, retention, null);
  }

  /** The same with another mask: a window, say. */
  public Decoder with(Mask mask) {
    return new Decoder(embeddings, new Stack(stack.layers(), stack.norm(), mask), head, context);
  }

  /**
   * The same, beside an encoder's output z [m x its width] that the layers attend to.
   *
   * @throws IllegalArgumentException as {@link #start(Compute, int)}, or if a layer does not attend
   *     to an encoder
   */
  public Sequence start(Compute compute, int capacity, Matrix z) {
    return new Sequence(this, compute, Retention.all(capacity), sources(compute, z));
  }

  /** Each layer's keys and values of an encoder's output. */
  private List<Matrix> sources(Compute compute, Matrix z) {
    List<Matrix> sources = new ArrayList<>();
    for (Layer layer : stack.layers()) {
      Check.that(layer.cross().isPresent(), "this decoder's layers attend to no encoder");
      sources.add(layer.cross().get().attention().keysAndValues(compute, z));
    }
    return sources;
  }

  /**
   * {@link Sequence#feed} of a sequence of its own, with everything between.
   *
   * @throws IllegalArgumentException if a token does not exist or the layers attend to an encoder
   */
  public Trace explain(Compute compute, int... tokens) {
    for (Layer layer : stack.layers()) {
      Check.that(
          layer.cross().isEmpty(),
          "this decoder's layers attend to an encoder: explain it with the encoder's output");
    }
    return traced(compute, tokens, null);
  }

  /**
   * The same beside an encoder's output z [m x its width].
   *
   * @throws IllegalArgumentException if a token does not exist, z is of another width, or a layer
   *     does not attend to an encoder
   */
  public Trace explain(Compute compute, Matrix z, int... tokens) {
    return traced(compute, tokens, sources(compute, z));
  }

  private Trace traced(Compute compute, int[] tokens, List<Matrix> sources) {
    List<LayerTrace> layers = new ArrayList<>();
    Matrix embedded = Matrix.zeros(tokens.length, stack.width());
    embeddings.write(compute.kernels(), tokens, null, 0, embedded);
    Matrix x = embedded.copy();
    stack.apply(compute, x, Span.of(tokens.length), sources, layers);
    return new Trace(embedded, layers, x);
  }
}

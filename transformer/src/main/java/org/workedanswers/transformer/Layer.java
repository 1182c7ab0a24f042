package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.MixtureOfExperts;

/**
 * One layer of a transformer: attention, attention to an encoder where there is one, and the
 * feed-forward part F, each with a residual and a norm N.
 *
 * <pre>
 * {@link NormPlace#PRE}    x ← x + A(N₁(x));   x ← x + C(N₂(x), z);   x ← x + F(N₃(x))
 * {@link NormPlace#POST}   x ← N₁(x + A(x));   x ← N₂(x + C(x, z));   x ← N₃(x + F(x))
 * </pre>
 *
 * Source: Vaswani et al. 2017, section 3.1 and figure 1.
 *
 * @param place where the norms stand
 * @param attention A
 * @param attentionNorm N₁
 * @param cross C and N₂, in the decoder of an encoder-decoder
 * @param feedForward F
 * @param feedForwardNorm N₃
 */
public record Layer(
    NormPlace place,
    SelfAttention attention,
    Norm attentionNorm,
    Optional<Cross> cross,
    FeedForwardPart feedForward,
    Norm feedForwardNorm) {

  /**
   * Attention to an encoder's output.
   *
   * @param attention C
   * @param norm N₂
   */
  public record Cross(CrossAttention attention, Norm norm) {}

  /**
   * Checks that all parts are of one width.
   *
   * @throws IllegalArgumentException if they are not
   */
  public Layer {
    int d = attention.width();
    Check.that(
        attentionNorm.width() == d && feedForward.width() == d && feedForwardNorm.width() == d,
        "attention is for width %d, its norm for %d, the feed-forward part for %d, its norm for %d:"
            + " all must be d",
        d,
        attentionNorm.width(),
        feedForward.width(),
        feedForwardNorm.width());
    cross.ifPresent(
        c ->
            Check.that(
                c.norm().width() == d,
                "the norm of the attention to the encoder is for width %d: it must be %d",
                c.norm().width(),
                d));
  }

  /** d, the width of a token. */
  public int width() {
    return attention.width();
  }

  /** Weights and biases. */
  public long parameters() {
    return attention.parameters()
        + attentionNorm.parameters()
        + cross.map(c -> c.attention().parameters() + c.norm().parameters()).orElse(0L)
        + feedForward.parameters()
        + feedForwardNorm.parameters();
  }

  /** Bytes of the weights, norms left out. */
  public long bytes() {
    return attention.bytes()
        + cross.map(c -> c.attention().bytes()).orElse(0L)
        + feedForward.bytes();
  }

  /**
   * Takes the rows of x [n x d] through the layer, in place.
   *
   * @param workspace room for what lies between
   * @param index which layer it is
   * @param source K and V of the encoder's output, where the layer attends to one; else null
   * @param traces takes what the layer did, or is null
   */
  void apply(
      Compute compute,
      Workspace workspace,
      Matrix x,
      Span[] spans,
      int index,
      Mask mask,
      Matrix source,
      List<LayerTrace> traces) {
    List<List<Matrix>> weights = traces == null ? null : new ArrayList<>();
    List<List<Matrix>> crossWeights = traces == null ? null : new ArrayList<>();
    Matrix input = traces == null ? null : x.copy();
    Matrix part = workspace.get(Workspace.Slot.PART, x.rows(), x.cols());
    Matrix normed =
        place == NormPlace.PRE ? workspace.get(Workspace.Slot.NORMED, x.rows(), x.cols()) : x;

    before(compute, attentionNorm, x, normed);
    attention.apply(compute, workspace, normed, spans, index, mask, part, weights);
    after(compute, attentionNorm, x, part);
    Matrix attentionOutput = traces == null ? null : part.copy();
    if (cross.isPresent()) {
      Norm norm = cross.get().norm();
      before(compute, norm, x, normed);
      cross.get().attention().apply(compute, normed, source, part, crossWeights);
      after(compute, norm, x, part);
    }
    Matrix afterAttention = traces == null ? null : x.copy();
    before(compute, feedForwardNorm, x, normed);
    Optional<MixtureOfExperts.Trace> routing = feedForward.apply(compute, workspace, normed, part);
    after(compute, feedForwardNorm, x, part);
    if (traces != null) {
      traces.add(
          new LayerTrace(
              input,
              attentionOutput,
              weights,
              crossWeights,
              afterAttention,
              part.copy(),
              routing,
              x.copy()));
    }
  }

  private void before(Compute compute, Norm norm, Matrix x, Matrix normed) {
    if (place == NormPlace.PRE) {
      norm.apply(compute.kernels(), x, normed);
    }
  }

  /** x ← x + part, and its norm where that comes after. */
  private void after(Compute compute, Norm norm, Matrix x, Matrix part) {
    for (int i = 0; i < x.rows(); i++) {
      compute.kernels().axpy(x.cols(), 1, part.data(), part.index(i, 0), x.data(), x.index(i, 0));
    }
    if (place == NormPlace.POST) {
      norm.apply(compute.kernels(), x, x);
    }
  }
}

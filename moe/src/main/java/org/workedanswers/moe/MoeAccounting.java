package org.workedanswers.moe;

import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.ModelShape.FeedForward;
import org.workedanswers.core.ModelShape.Group;
import org.workedanswers.core.ModelShape.Part;

/**
 * What a model of a published shape holds, and what one token uses of it.
 *
 * @param shape the model's shape; one expert is a dense model
 */
public record MoeAccounting(ModelShape shape) {
  /** All parameters: what must be in memory. */
  public long parameters() {
    return shape.total();
  }

  /** Parameters that one token passes: k of E experts and all that is shared. */
  public long activeParameters() {
    return shape.active();
  }

  /** Parameters of all experts in all layers, routers not counted. */
  public long expertParameters() {
    return sum(Group.FEED_FORWARD);
  }

  /** Parameters that every token passes: attention, router, norms, embeddings, head. */
  public long sharedParameters() {
    return parameters() - expertParameters();
  }

  /** Parameters of one expert in all layers. */
  public long oneExpertParameters() {
    return expertParameters() / shape.feedForward().experts();
  }

  /**
   * Multiply-adds of one token in the weights' matrices: one a parameter that it passes. Tables
   * that are looked up, biases and norms have none; those between tokens, in attention, depend on
   * the context and are not counted.
   */
  public long multiplyAddsPerToken() {
    long sum = 0;
    for (Part p : shape.parts()) {
      sum += p.group() == Group.EMBEDDING || p.vector() ? 0 : p.activeParameters();
    }
    return sum;
  }

  /**
   * The dense model of the same total size: one feed-forward layer as large as all experts
   * together.
   */
  public MoeAccounting denseOfSameSize() {
    FeedForward f = shape.feedForward();
    Check.elements("dense layer", f.dFf(), f.experts());
    return with(FeedForward.dense(f.dFf() * f.experts()));
  }

  /** The dense model whose feed-forward layer is one expert. */
  public MoeAccounting denseOfOneExpert() {
    return with(FeedForward.dense(shape.feedForward().dFf()));
  }

  private MoeAccounting with(FeedForward f) {
    return new MoeAccounting(
        new ModelShape(
            shape.name() + ", dense",
            shape.kind(),
            shape.layers(),
            shape.dModel(),
            shape.attention(),
            f,
            shape.embedding()));
  }

  private long sum(Group group) {
    long sum = 0;
    for (Part p : shape.parts()) {
      sum += p.group() == group ? p.parameters() : 0;
    }
    return sum;
  }
}

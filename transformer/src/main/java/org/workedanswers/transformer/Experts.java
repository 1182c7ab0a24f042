package org.workedanswers.transformer;

import java.util.Optional;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.MixtureOfExperts;

/**
 * A mixture of experts as a layer's feed-forward part.
 *
 * @param experts router and experts
 */
public record Experts(MixtureOfExperts experts) implements FeedForwardPart {
  @Override
  public int width() {
    return experts.router().weights().rows();
  }

  @Override
  public Optional<MixtureOfExperts.Trace> apply(
      Compute compute, Workspace workspace, Matrix x, Matrix y) {
    MixtureOfExperts.Trace trace = experts.trace(compute.kernels(), compute.loop(), x);
    y.set(trace.output());
    return Optional.of(trace);
  }

  @Override
  public long parameters() {
    return experts.parameters();
  }

  @Override
  public long bytes() {
    return Float.BYTES * experts.parameters();
  }
}

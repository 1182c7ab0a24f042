package org.workedanswers.transformer;

import java.util.Optional;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.MixtureOfExperts;

/**
 * A layer's feed-forward part, which treats each token by itself: {@link Mlp} or {@link Experts}.
 */
public interface FeedForwardPart {
  /** d, the width of a token. */
  int width();

  /**
   * Writes F(x) to y [n x d], which does not overlap x [n x d].
   *
   * @param workspace room for what lies between
   * @return what the router chose, where there is one
   */
  Optional<MixtureOfExperts.Trace> apply(Compute compute, Workspace workspace, Matrix x, Matrix y);

  /** Returns F(x), a new [n x d]. */
  default Matrix apply(Compute compute, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), x.cols());
    apply(compute, new Workspace(), x, y);
    return y;
  }

  /** Weights and biases. */
  long parameters();

  /** Bytes that they take. */
  long bytes();
}

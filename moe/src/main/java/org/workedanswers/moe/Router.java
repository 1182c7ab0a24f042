package org.workedanswers.moe;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * A linear router: h = x W_r, the k largest of which are the token's experts.
 *
 * <p>Source: Shazeer et al. 2017, <i>Outrageously Large Neural Networks</i>, arXiv:1701.06538,
 * section 2.1, without its noise; Jiang et al. 2024, <i>Mixtral of Experts</i>, arXiv:2401.04088,
 * section 2.1, with E = 8 and k = 2.
 *
 * @param weights W_r [d x E]
 * @param k how many experts a token is sent to
 * @param gating how they are weighed
 */
public record Router(Matrix weights, int k, Gating gating) {
  /**
   * Checks k.
   *
   * @throws IllegalArgumentException unless 1 ≤ k ≤ E
   */
  public Router {
    Routing.checkK(k, weights.cols());
  }

  /** E, how many experts there are to choose from. */
  public int expertCount() {
    return weights.cols();
  }

  /**
   * Routes x [n x d].
   *
   * @throws IllegalArgumentException if x is not of width d
   */
  public Routing route(Kernels kernels, Matrix x) {
    Check.that(
        x.cols() == weights.rows(),
        "x is %s and the router's weights are %s: x must have %d columns",
        x,
        weights,
        weights.rows());
    return Routing.of(kernels, kernels.multiply(x, weights), k, gating); // h = x W_r   [n x E]
  }

  /** Multiply-adds of n tokens: n · d · E. */
  public long multiplyAdds(long tokens) {
    return tokens * weights.rows() * weights.cols();
  }
}

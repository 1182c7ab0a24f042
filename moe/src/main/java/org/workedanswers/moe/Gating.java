package org.workedanswers.moe;

/**
 * How the weights of a token's k chosen experts follow from its router logits h₁ … h_E.
 *
 * <p>All choose alike, the k largest logits, since softmax keeps their order. With S the chosen set
 * and p = softmax(h) over all E:
 *
 * <pre>
 *   TOP_K_THEN_SOFTMAX                 w = softmax over S of h      sums to 1
 *   SOFTMAX_THEN_TOP_K                 wᵢ = pᵢ                      sums to less than 1 if k &lt; E
 *   SOFTMAX_THEN_TOP_K_RENORMALISED    wᵢ = pᵢ / Σⱼ∈S pⱼ            sums to 1
 *   UNWEIGHTED                         wᵢ = 1                       sums to k
 * </pre>
 *
 * The first and the third are the same function: pᵢ / Σ pⱼ = (e^hᵢ/Z) / (Σ e^hⱼ/Z), and Z, the sum
 * over all experts, cancels. The second keeps Z: a token whose router is unsure gets less of its
 * experts. At k = E the first three agree; at k = 1 the first and third give exactly 1, and the
 * gradient of the router is gone, which is why Switch uses the second.
 */
public enum Gating {
  /** Shazeer et al. 2017, arXiv:1701.06538, eq. 3 to 5 (noise left out); Mixtral, section 2.1. */
  TOP_K_THEN_SOFTMAX,
  /** Switch Transformer (k = 1): Fedus et al. 2021, arXiv:2101.03961, eq. 1 and 2. */
  SOFTMAX_THEN_TOP_K,
  /** GShard: Lepikhin et al. 2020, arXiv:2006.16668, algorithm 1; how Mixtral is often coded. */
  SOFTMAX_THEN_TOP_K_RENORMALISED,
  /**
   * For a dense layer that was {@linkplain Splitting split}: the experts' outputs are its parts.
   */
  UNWEIGHTED
}

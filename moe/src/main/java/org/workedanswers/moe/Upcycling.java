package org.workedanswers.moe;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * Experts that begin as copies of a trained dense layer, to be trained apart from there.
 *
 * <p>Source: Komatsuzaki et al. 2022, <i>Sparse Upcycling</i>, arXiv:2212.05055, section 3.
 *
 * <p>As long as they are copies, every expert gives the same y, and weights that sum to 1 give it
 * back: Σⱼ wⱼ y = y. At k = 1 the weight is exactly 1 and so are the bits. At k &gt; 1 each value
 * is within (2k + 9) · 2⁻²³ · |y| + k · 2⁻¹⁴⁹ of the dense layer's: k + 8 for softmax's own bound,
 * k + 1 for products and sum. Weights that do not sum to 1 ({@link Gating#SOFTMAX_THEN_TOP_K})
 * shrink the output by their sum.
 */
public final class Upcycling {
  private Upcycling() {}

  /**
   * Copies of a layer, each with weights of its own.
   *
   * @throws IllegalArgumentException if {@code experts < 1}
   */
  public static List<FeedForward> copies(FeedForward dense, int experts) {
    Check.positive("experts", experts);
    List<FeedForward> copies = new ArrayList<>();
    for (int e = 0; e < experts; e++) {
      copies.add(dense.copy());
    }
    return copies;
  }
}

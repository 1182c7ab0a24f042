package org.workedanswers.moe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A dense layer cut into experts: disjoint groups of its hidden units.
 *
 * <p>A hidden unit adds its own row of W₂ times its value to the output, whatever the other units
 * do. So with the units in groups G₁ … G_E
 *
 * <pre>
 *   φ(x W₁ + b₁) W₂ + b₂  =  Σₑ φ(x W₁[:, Gₑ] + b₁[Gₑ]) W₂[Gₑ, :]  +  b₂
 * </pre>
 *
 * and the unweighted sum of all experts is the dense layer, but for the order of the sum; V of a
 * gated layer is cut as W₁. The k experts that matter most to a token then stand for all of them.
 * Source: Zhang et al. 2022, <i>MoEfication</i>, arXiv:2110.01786, section 3.
 */
public final class Splitting {
  private Splitting() {}

  /**
   * The hidden units 0 … h-1 in runs of neighbours, whose lengths differ by one at most.
   *
   * @throws IllegalArgumentException unless 1 ≤ groups ≤ h
   */
  public static int[][] runs(int hidden, int groups) {
    int[] order = new int[Check.positive("hidden units", hidden)];
    for (int u = 0; u < hidden; u++) {
      order[u] = u;
    }
    return runs(order, groups);
  }

  /**
   * The same of an order of the caller's: a random permutation, say.
   *
   * @throws IllegalArgumentException unless 1 ≤ groups ≤ length
   */
  public static int[][] runs(int[] order, int groups) {
    Check.that(
        groups >= 1 && groups <= order.length,
        "%d hidden units can't be cut into %d groups: groups must be in 1..%d",
        order.length,
        groups,
        order.length);
    int[][] runs = new int[groups][];
    for (int g = 0; g < groups; g++) {
      int from = (int) ((long) order.length * g / groups);
      int to = (int) ((long) order.length * (g + 1) / groups);
      runs[g] = Arrays.copyOfRange(order, from, to);
    }
    return runs;
  }

  /**
   * The experts of these groups; b₂ is not theirs, see {@link #layer}.
   *
   * @throws IllegalArgumentException unless every hidden unit is in exactly one group
   */
  public static List<FeedForward> experts(FeedForward dense, int[][] groups) {
    checkPartition(dense.hidden(), groups);
    List<FeedForward> experts = new ArrayList<>();
    for (int[] units : groups) {
      experts.add(dense.only(units));
    }
    return experts;
  }

  /**
   * The split layer with a router: the sum of the chosen experts, unweighted, and b₂ once.
   *
   * @param routerWeights [d x E]
   * @param k how many experts a token is sent to; with k = E it is the dense layer
   * @throws IllegalArgumentException unless every hidden unit is in exactly one group, the router
   *     has a column for each, and 1 ≤ k ≤ E
   */
  public static MixtureOfExperts layer(
      FeedForward dense, int[][] groups, Matrix routerWeights, int k) {
    return new MixtureOfExperts(
        new Router(routerWeights, k, Gating.UNWEIGHTED),
        experts(dense, groups),
        dense.outputBias());
  }

  /**
   * A router that needs no training: column e is the mean of W₁'s columns in group e, so that a
   * token goes where its hidden units' sums are largest in the mean. Source: <i>MoEfication</i>,
   * section 3.2, selection by similarity, without its normalisation.
   *
   * @return W_r [d x E]
   */
  public static Matrix meanRouter(FeedForward dense, int[][] groups) {
    checkPartition(dense.hidden(), groups);
    Matrix w1 = dense.w1();
    Matrix router = Matrix.zeros(dense.width(), groups.length);
    for (int e = 0; e < groups.length; e++) {
      for (int i = 0; i < dense.width(); i++) {
        double sum = 0;
        for (int u : groups[e]) {
          sum += w1.get(i, u);
        }
        router.set(i, e, (float) (sum / groups[e].length));
      }
    }
    return router;
  }

  private static void checkPartition(int hidden, int[][] groups) {
    int[] owner = new int[hidden];
    Arrays.fill(owner, -1);
    int seen = 0;
    for (int g = 0; g < groups.length; g++) {
      Check.that(groups[g].length > 0, "group %d is empty: an expert needs a hidden unit", g);
      for (int u : groups[g]) {
        Check.that(
            u >= 0 && u < hidden,
            "group %d names hidden unit %d: there are 0..%d",
            g,
            u,
            hidden - 1);
        Check.that(
            owner[u] < 0,
            "hidden unit %d is in group %d and in group %d: groups must be disjoint",
            u,
            owner[u],
            g);
        owner[u] = g;
        seen++;
      }
    }
    Check.that(
        seen == hidden, "the groups name %d of %d hidden units: they must name all", seen, hidden);
  }
}

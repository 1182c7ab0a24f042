package org.workedanswers.moe;

import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A layer of E experts of which each token passes k.
 *
 * <pre>
 *   y = Σⱼ wⱼ · FFNⱼ(x) + b    over the k experts j that the router chose for this token
 *
 *   x      n tokens                      [n x d]
 *   h      x W_r, the router's logits    [n x E]
 *   wⱼ     weights by {@link Gating}     [n x k]
 *   FFNⱼ   expert j, a {@link FeedForward} of width d
 *   b      what all tokens get, [d]; zeros but for a {@linkplain Splitting split} layer
 * </pre>
 *
 * Source: Shazeer et al. 2017, arXiv:1701.06538, eq. 1; Jiang et al. 2024 (Mixtral),
 * arXiv:2401.04088, section 2.1.
 *
 * <p>Tokens are gathered by expert, each expert runs once, and its rows are added back: the
 * experts' weights are read once, however many tokens there are. A token's sum goes by rank, its
 * best expert first, so its bits depend on neither threads nor the other tokens, with kernels that
 * {@linkplain Kernels#sumsByInnerSizeAlone keep that promise}, as long as none of its choices is
 * dropped. An expert that nobody chose is not read. A weight of 0 still runs its expert.
 */
public final class MixtureOfExperts {
  private final Router router;
  private final List<FeedForward> experts;
  private final float[] bias;

  /**
   * A layer of that router and those experts.
   *
   * @throws IllegalArgumentException if the router has another number of experts or another width
   */
  public MixtureOfExperts(Router router, List<FeedForward> experts) {
    this(router, experts, new float[router.weights().rows()]);
  }

  MixtureOfExperts(Router router, List<FeedForward> experts, float[] bias) {
    Check.that(
        router.expertCount() == experts.size(),
        "the router's weights are %s and there are %d experts: it must have a column for each",
        router.weights(),
        experts.size());
    for (int e = 0; e < experts.size(); e++) {
      Check.that(
          experts.get(e).width() == router.weights().rows(),
          "the router's weights are %s and expert %d has width %d: both must have the same width d",
          router.weights(),
          e,
          experts.get(e).width());
    }
    this.router = router;
    this.experts = List.copyOf(experts);
    this.bias = bias;
  }

  /** The router. */
  public Router router() {
    return router;
  }

  /** The experts, number 0 first. */
  public List<FeedForward> experts() {
    return experts;
  }

  /**
   * What a layer did.
   *
   * @param routing logits, probabilities, chosen experts and weights
   * @param dispatch which token stood where, and which choices were dropped
   * @param expertOutputs FFNⱼ(x) before weighting, a row a choice, in the order of the dispatch
   * @param output y [n x d]
   */
  public record Trace(Routing routing, Dispatch dispatch, Matrix expertOutputs, Matrix output) {}

  /** y [n x d] for x [n x d], on one thread, no choice dropped. */
  public Matrix apply(Kernels kernels, Matrix x) {
    return apply(kernels, Loop.sequential(), x);
  }

  /** The same with experts shared out over a loop's threads. */
  public Matrix apply(Kernels kernels, Loop loop, Matrix x) {
    return trace(kernels, loop, x).output();
  }

  /** {@link #apply} with all that lies between. */
  public Trace trace(Kernels kernels, Loop loop, Matrix x) {
    Routing routing = router.route(kernels, x);
    return trace(kernels, loop, x, routing, Dispatch.of(routing));
  }

  /**
   * Runs the experts by a routing of the caller's, or with a capacity.
   *
   * @throws IllegalArgumentException if x is not of width d, or the routing is not for n tokens and
   *     E experts
   */
  public Trace trace(Kernels kernels, Loop loop, Matrix x, Routing routing, Dispatch dispatch) {
    Check.that(
        x.cols() == bias.length, "x is %s: it must have %d columns, the width d", x, bias.length);
    Check.that(
        routing.tokens() == x.rows() && routing.expertCount() == experts.size(),
        "the routing is for %d tokens and %d experts; there are %d and %d",
        routing.tokens(),
        routing.expertCount(),
        x.rows(),
        experts.size());
    Check.that(
        dispatch.tokens() == x.rows() && dispatch.expertCount() == experts.size(),
        "the dispatch is for %d tokens and %d experts; there are %d and %d",
        dispatch.tokens(),
        dispatch.expertCount(),
        x.rows(),
        experts.size());
    Matrix gathered = dispatch.gather(x); // [rows x d]
    Matrix outputs = Matrix.zeros(gathered.rows(), x.cols()); // FFNⱼ(x), a row a choice
    loop.forEach(
        experts.size(),
        e -> {
          int from = dispatch.first(e);
          int to = dispatch.first(e + 1);
          if (from < to) {
            experts
                .get(e)
                .apply(kernels, Loop.sequential(), gathered.rows(from, to), outputs.rows(from, to));
          }
        });
    Matrix y = Matrix.zeros(x.rows(), x.cols());
    loop.forEach(x.rows(), t -> combine(routing, dispatch, outputs, t, y));
    return new Trace(routing, dispatch, outputs, y);
  }

  /** y[t] = Σⱼ wⱼ · FFNⱼ(x) + b. */
  private void combine(Routing routing, Dispatch dispatch, Matrix outputs, int t, Matrix y) {
    int yt = y.index(t, 0);
    for (int rank = 0; rank < routing.k(); rank++) {
      int row = dispatch.row(t, rank);
      if (row == Dispatch.DROPPED) {
        continue;
      }
      float w = routing.weights().get(t, rank);
      int out = outputs.index(row, 0);
      for (int j = 0; j < bias.length; j++) {
        float part = w * outputs.data()[out + j];
        y.data()[yt + j] = rank == 0 ? part : y.data()[yt + j] + part; // 0 + -0 would be 0
      }
    }
    for (int j = 0; j < bias.length; j++) {
      if (bias[j] != 0) {
        y.data()[yt + j] += bias[j];
      }
    }
  }

  /** Weights of the router and of all experts: what must be held. */
  public long parameters() {
    long sum = (long) router.weights().rows() * router.weights().cols();
    for (FeedForward e : experts) {
      sum += e.parameters();
    }
    return sum;
  }

  /** Weights of the router and of the experts that somebody chose: what this run reads. */
  public long parametersTouched(Dispatch dispatch) {
    long sum = (long) router.weights().rows() * router.weights().cols();
    for (int e = 0; e < experts.size(); e++) {
      sum += dispatch.served(e) > 0 ? experts.get(e).parameters() : 0;
    }
    return sum;
  }
}

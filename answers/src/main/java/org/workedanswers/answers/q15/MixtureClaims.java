package org.workedanswers.answers.q15;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.workedanswers.answers.Timing;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.Dispatch;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.MoeAccounting;
import org.workedanswers.moe.Router;
import org.workedanswers.moe.Routing;
import org.workedanswers.moe.Upcycling;

/**
 * The claims of question 15. What each depends on (k, the gating, the shape, how it is counted) is
 * a parameter, so that a test can pass another and see the verdict change.
 */
final class MixtureClaims {
  static final int K = 2;
  static final int EXPERTS = 8;
  private static final int[] EXPERT_COUNTS = {8, 16, 32, 64};
  private static final int BYTES_OF_BF16 = 2;

  /** What softmax over two values may be off: (n + 8) · 2⁻²³ by the kernels' contract. */
  private static final double SOFTMAX_BOUND = 10 * 0x1p-23;

  private MixtureClaims() {}

  static List<Claim> all() {
    return List.of(
        top2(K, Gating.TOP_K_THEN_SOFTMAX),
        mixtral(ModelShape.MIXTRAL_8X7B, MoeAccounting::activeParameters),
        sparse(K),
        memory(K, MixtureOfExperts::parametersTouched));
  }

  static Claim top2(int k, Gating gating) {
    return new Claim(
        "q15.top2",
        "A router sends each token to a few experts, typically 2 of 8 to 64.",
        "tokens of a sentence, in MiniLM's first layer, routed to 8, 16, 32 and 64 experts: how many"
            + " different experts serve a token, and how far the sum of their weights is from 1",
        "1",
        "2 of 8-64",
        Rule.within(
            Value.named("fewest", 2, "most", 2, "sum of weights off 1 by", 0),
            Value.named("fewest", 2, "most", 2, "sum of weights off 1 by", SOFTMAX_BOUND)),
        bench -> measureTop2(bench, k, gating));
  }

  private static Measured measureTop2(Workbench bench, int k, Gating gating) {
    Matrix x = MiniLmExperts.of(bench.kernels(), MiniLmExperts.SENTENCE).x();
    int fewest = Integer.MAX_VALUE;
    int most = 0;
    double off = 0;
    for (int experts : EXPERT_COUNTS) {
      Router router =
          MiniLmExperts.router(bench.random("q15.top2").split(experts), experts, k, gating);
      Routing routing = router.route(bench.kernels(), x);
      Dispatch dispatch = Dispatch.of(routing);
      for (int t = 0; t < x.rows(); t++) {
        int serving = servedBy(dispatch, t, routing.k()).size();
        fewest = Math.min(fewest, serving);
        most = Math.max(most, serving);
        double sum = 0;
        for (float w : routing.weights().row(t)) {
          sum += w;
        }
        off = Math.max(off, Math.abs(sum - 1));
      }
    }
    return Measured.of(
        Value.named("fewest", fewest, "most", most, "sum of weights off 1 by", off),
        "k is a setting, not a law: Switch sends a token to 1 expert, and models of smaller experts"
            + " to 8 and more");
  }

  /** The experts in whose rows a token stands. */
  private static Set<Integer> servedBy(Dispatch dispatch, int token, int k) {
    Set<Integer> experts = new HashSet<>();
    for (int rank = 0; rank < k; rank++) {
      for (int e = 0; e < dispatch.expertCount(); e++) {
        int row = dispatch.row(token, rank);
        if (row >= dispatch.first(e) && row < dispatch.first(e + 1)) {
          experts.add(e);
        }
      }
    }
    return experts;
  }

  static Claim mixtral(ModelShape shape, ToLongFunction<MoeAccounting> active) {
    return new Claim(
        "q15.mixtral",
        "Mixtral 8x7B has 8 experts, 2 of them active.",
        "experts a layer, and parameters in all and passed by one token, counted over the weights of"
            + " its published shape",
        "1",
        "8 experts, 2 active",
        Rule.within(
            Value.named(
                "experts",
                8,
                "active",
                2,
                "parameters",
                46_702_792_704L,
                "passed",
                12_879_925_248L,
                "share",
                0.2757),
            Value.named(
                "experts",
                8,
                "active",
                2,
                "parameters",
                46_702_792_704L,
                "passed",
                12_879_925_248L,
                "share",
                0.2759)),
        bench -> measureMixtral(shape, active));
  }

  private static Measured measureMixtral(ModelShape shape, ToLongFunction<MoeAccounting> active) {
    MoeAccounting accounting = new MoeAccounting(shape);
    ModelShape.Part w1 = shape.part("gate");
    long total = accounting.parameters();
    long passed = active.applyAsLong(accounting);
    double product = 8.0 * accounting.denseOfOneExpert().parameters();
    return Measured.of(
        Value.named(
            "experts",
            w1.count() / shape.layers(),
            "active",
            w1.active() / shape.layers(),
            "parameters",
            total,
            "passed",
            passed,
            "share",
            (double) passed / total),
        "the name is not a product: eight whole models of one expert each would have "
            + billions(product)
            + "; attention and embeddings are there once, "
            + billions(accounting.sharedParameters())
            + ", and only the experts "
            + shape.feedForward().experts()
            + " times, "
            + billions(accounting.expertParameters()));
  }

  static Claim sparse(int k) {
    Value low = sparseValue(3.9, 4, 7.5, 1);
    Value high = sparseValue(4, 4, 8, 1.05);
    return new Claim(
        "q15.sparse",
        "A token uses a fraction of the parameters, so size grows faster than compute.",
        "multiply-adds of a sentence's tokens, counted in the run: one dense layer against 8 experts"
            + " of the same total size, 2 for a token, with and without the router; and how"
            + " parameters and multiply-adds grow from 8 to 64 experts",
        "times",
        "less compute for the same total; compute not in proportion",
        Rule.within(low, high),
        bench -> measureSparse(bench, k));
  }

  private static Measured measureSparse(Workbench bench, int k) {
    MiniLmExperts input = MiniLmExperts.of(bench.kernels(), MiniLmExperts.SENTENCE);
    Matrix x = input.x();
    FeedForward dense = input.denseTimes(EXPERTS);
    MixtureOfExperts sparse = eight(bench, input, k);
    // 64 experts that are one object: they are only counted.
    MixtureOfExperts larger =
        new MixtureOfExperts(router(bench, 64, k), Collections.nCopies(64, input.dense()));
    double all = multiplyAdds(bench, kernels -> dense.apply(kernels, x));
    double few = multiplyAdds(bench, kernels -> sparse.apply(kernels, x));
    double router = multiplyAdds(bench, kernels -> sparse.router().route(kernels, x));
    double more = multiplyAdds(bench, kernels -> larger.apply(kernels, x));
    MixtureOfExperts allEight =
        new MixtureOfExperts(router(bench, EXPERTS, EXPERTS), sparse.experts());
    String denseTime = time(() -> dense.apply(bench.kernels(), bench.loop(), x));
    String allTime = time(() -> allEight.apply(bench.kernels(), bench.loop(), x));
    String sparseTime = time(() -> sparse.apply(bench.kernels(), bench.loop(), x));
    return Measured.of(
        sparseValue(
            all / few,
            all / (few - router),
            (double) larger.parameters() / sparse.parameters(),
            more / few),
        "time of " + x.rows() + " tokens in this run, the dense layer: " + denseTime,
        "time of all 8 experts: " + allTime,
        "time of " + k + " of 8 experts: " + sparseTime);
  }

  private static String time(Runnable work) {
    return Numbers.seconds(Timing.median(work));
  }

  private static Value sparseValue(
      double mixture, double expertsAlone, double parameters, double compute) {
    return Value.named(
        "dense / mixture",
        mixture,
        "dense / experts alone",
        expertsAlone,
        "parameters, 64 / 8 experts",
        parameters,
        "multiply-adds, 64 / 8 experts",
        compute);
  }

  static Claim memory(int k, ToLongBiFunction<MixtureOfExperts, Dispatch> touched) {
    Value low = Value.named("held", 1, "touched by a token", 0.25, "computed", 0.25);
    Value high = Value.named("held", 1.01, "touched by a token", 0.26, "computed", 0.26);
    return new Claim(
        "q15.memory",
        "All experts must be in memory, though the compute of a token is much lower.",
        "8 experts of MiniLM's size, 2 for a token, as shares of the dense layer of the same total"
            + " size: bytes held, bytes of weights that one token reads, multiply-adds of one"
            + " token (the means over a sentence, each token alone)",
        "of the dense layer's",
        "more memory, much less compute per token",
        Rule.within(low, high),
        bench -> measureMemory(bench, k, touched));
  }

  private static Measured measureMemory(
      Workbench bench, int k, ToLongBiFunction<MixtureOfExperts, Dispatch> touched) {
    MiniLmExperts input = MiniLmExperts.of(bench.kernels(), MiniLmExperts.SENTENCE);
    Matrix x = input.x();
    FeedForward dense = input.denseTimes(EXPERTS);
    MixtureOfExperts sparse = eight(bench, input, k);
    CountingKernels counting = new CountingKernels(bench.kernels());
    double touchedByToken = 0;
    for (int t = 0; t < x.rows(); t++) {
      Matrix token = x.rows(t, t + 1);
      MixtureOfExperts.Trace trace = sparse.trace(counting, Loop.sequential(), token);
      touchedByToken += (double) touched.applyAsLong(sparse, trace.dispatch()) / x.rows();
    }
    double sparseCount = (double) counting.multiplyAdds() / x.rows();
    double denseCount = multiplyAdds(bench, kernels -> dense.apply(kernels, x.rows(0, 1)));
    Dispatch together = sparse.trace(bench.kernels(), Loop.sequential(), x).dispatch();
    MoeAccounting mixtral = new MoeAccounting(ModelShape.MIXTRAL_8X7B);
    return Measured.of(
        Value.named(
            "held",
            (double) sparse.parameters() / dense.parameters(),
            "touched by a token",
            touchedByToken / dense.parameters(),
            "computed",
            sparseCount / denseCount),
        "in bytes: "
            + Numbers.bytes(4.0 * sparse.parameters())
            + " held, "
            + Numbers.bytes(4 * touchedByToken)
            + " read for a token; the "
            + x.rows()
            + " tokens of the sentence together read "
            + Numbers.bytes(4.0 * sparse.parametersTouched(together))
            + ", which is why all must be held",
        "Mixtral 8x7B in BF16: "
            + Numbers.bytes((double) BYTES_OF_BF16 * mixtral.parameters())
            + " held, "
            + Numbers.bytes((double) BYTES_OF_BF16 * mixtral.activeParameters())
            + " passed by a token");
  }

  /** 8 copies of MiniLM's layer, each in memory of its own. */
  private static MixtureOfExperts eight(Workbench bench, MiniLmExperts input, int k) {
    return new MixtureOfExperts(
        router(bench, EXPERTS, k), Upcycling.copies(input.dense(), EXPERTS));
  }

  private static Router router(Workbench bench, int experts, int k) {
    return MiniLmExperts.router(
        bench.random("q15.layer").split(experts), experts, k, Gating.TOP_K_THEN_SOFTMAX);
  }

  private interface Work {
    void run(Kernels kernels);
  }

  private static long multiplyAdds(Workbench bench, Work work) {
    CountingKernels counting = new CountingKernels(bench.kernels());
    work.run(counting);
    return counting.multiplyAdds();
  }

  private static String billions(double parameters) {
    return Numbers.fixed(parameters / 1e9, 1) + " billion";
  }
}

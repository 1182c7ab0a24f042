package org.workedanswers.answers.q15;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.Dispatch;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.LoadBalance;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Router;
import org.workedanswers.moe.Routing;
import org.workedanswers.moe.Upcycling;

/**
 * The layer as equal experts: who goes where, with which weights, and what the router's imbalance
 * costs.
 *
 * @param experts E
 * @param k how many a token is sent to
 */
record Copies(int experts, int k) {
  private static final int WIDEST_MAP = 40; // experts

  void show(Worksheet sheet, Workbench bench, MiniLmExperts input) {
    sheet.heading("1. Copies of the layer (upcycling): who goes where");
    Router router =
        MiniLmExperts.router(bench.random("q15.working"), experts, k, Gating.TOP_K_THEN_SOFTMAX);
    MixtureOfExperts layer = new MixtureOfExperts(router, Upcycling.copies(input.dense(), experts));
    MixtureOfExperts.Trace trace = layer.trace(bench.kernels(), bench.loop(), input.x());
    Routing routing = trace.routing();
    sheet.text(
        "The router is a matrix of random weights, "
            + router.weights()
            + ", as at the start of training. Probabilities are softmax over all experts; the weights"
            + " keep the "
            + k
            + " largest of each row and share 1 among them.");
    if (experts <= WIDEST_MAP) {
      sheet.heatMaps(
          List.of(
              new HeatMap("probabilities", routing.probabilities(), 1, input.tokens(), numbers()),
              new HeatMap("weights w", spread(routing), 1, input.tokens(), numbers())));
    }
    sheet.table(choices(input, routing));
    sheet.table(gatings(bench, input, routing));
    sheet.text(
        "Before or after is the same once the chosen weights are scaled to sum to 1: the sum over all"
            + " experts cancels. Left as they are, they sum to less where experts are left out, and the layer's"
            + " output shrinks.");
    Matrix dense = input.dense().apply(bench.kernels(), bench.loop(), input.x());
    sheet.text(
        "All experts are still the same, and the weights sum to 1, so the mixture gives the dense"
            + " layer's output back: the largest difference is "
            + Numbers.shortest(Shown.largestDifference(dense, trace.output()))
            + " in values up to "
            + Numbers.fixed(Shown.largest(dense), 1)
            + ". From here training moves them apart.");
    int[] load = routing.load();
    sheet.bars(
        "Load: how many of the " + Arrays.stream(load).sum() + " choices each expert got",
        numbers().stream().map(e -> "expert " + e).toList(),
        Arrays.stream(load).asDoubleStream().toArray(),
        "");
    sheet.text(
        "The load-balancing loss, E times the sum of f P (the share of choices and the mean"
            + " probability of each expert), is "
            + Numbers.fixed(LoadBalance.loss(routing), 3)
            + "; 1 is even. Tokens have much in common, so a router that nobody corrects tends to"
            + " favour a few experts.");
    sheet.code(LoadBalance.class, "loss");
    sheet.text("Where an expert takes a limited number of tokens, choices beyond it are dropped:");
    sheet.table(capacities(routing));
  }

  private Table choices(MiniLmExperts input, Routing routing) {
    Table table = Table.of("The same in numbers, the first tokens", "token", "experts", "weights");
    for (int t = 0; t < Math.min(Shown.ROWS, routing.tokens()); t++) {
      List<String> weights = new ArrayList<>();
      for (float w : routing.weights().row(t)) {
        weights.add(Numbers.fixed(w, 3));
      }
      table.row(
          input.tokens().get(t),
          "no. "
              + Shown.join(
                  Arrays.stream(routing.experts()[t]).mapToObj(Integer::toString).toList()),
          Shown.join(weights));
    }
    return table;
  }

  /** One token's weights under each gating. */
  private Table gatings(Workbench bench, MiniLmExperts input, Routing routing) {
    int token = Math.min(1, routing.tokens() - 1);
    Table table =
        Table.of(
            "Softmax before or after the choice, for \"" + input.tokens().get(token) + "\"",
            "",
            "weights",
            "sum");
    for (Gating gating :
        List.of(
            Gating.TOP_K_THEN_SOFTMAX,
            Gating.SOFTMAX_THEN_TOP_K_RENORMALISED,
            Gating.SOFTMAX_THEN_TOP_K)) {
      Matrix logits = routing.logits().rows(token, token + 1);
      float[] weights = Routing.of(bench.kernels(), logits, k, gating).weights().row(0);
      List<String> shown = new ArrayList<>();
      double sum = 0;
      for (float w : weights) {
        shown.add(Numbers.fixed(w, 3));
        sum += w;
      }
      table.row(
          gating.name().toLowerCase(Locale.ROOT).replace('_', ' '),
          Shown.join(shown),
          Numbers.fixed(sum, 3));
    }
    return table;
  }

  private static Table capacities(Routing routing) {
    Table table =
        Table.of("", "capacity factor", "tokens an expert takes", "choices dropped", "of all");
    for (double factor : new double[] {1, 1.25, 2}) {
      int capacity = Dispatch.capacity(factor, routing);
      int dropped = Dispatch.of(routing, capacity).dropped();
      int all = routing.tokens() * routing.k();
      table.row(factor, capacity, dropped, Numbers.fixed(100.0 * dropped / all, 1) + " %");
    }
    return table;
  }

  private List<String> numbers() {
    return IntStream.range(0, experts).mapToObj(Integer::toString).toList();
  }

  /** The weights in the columns of their experts, [n x E], zeros elsewhere. */
  private static Matrix spread(Routing routing) {
    Matrix all = Matrix.zeros(routing.tokens(), routing.expertCount());
    for (int t = 0; t < routing.tokens(); t++) {
      for (int rank = 0; rank < routing.k(); rank++) {
        all.set(t, routing.experts()[t][rank], routing.weights().get(t, rank));
      }
    }
    return all;
  }
}

package org.workedanswers.answers.q15;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.Routing;
import org.workedanswers.moe.Splitting;

/**
 * The layer cut into experts: all together give it back, some of them lose what is left out.
 *
 * @param experts E, groups of hidden units
 * @param k how many a token is sent to
 */
record Parts(int experts, int k) {
  void show(Worksheet sheet, Workbench bench, MiniLmExperts input) {
    sheet.heading("2. Parts of the layer: what is lost when only k of them run");
    int[][] groups =
        Splitting.runs(bench.random("q15.groups").permutation(input.dense().hidden()), experts);
    sheet.text(
        "Now the "
            + input.dense().hidden()
            + " hidden units are shared out at random into "
            + experts
            + " groups, and each group is an expert. The sum of all of them is the dense layer; the"
            + " sum of the best k is what a token gets. Loss: the length of what is missing, as a"
            + " share of the length of the layer's sum, the median over the tokens; 100 % is what"
            + " leaving the layer out would lose.");
    List<Matrix> parts = new ArrayList<>();
    Splitting.experts(input.dense(), groups)
        .forEach(e -> parts.add(e.apply(bench.kernels(), bench.loop(), input.x())));
    Matrix router = Splitting.meanRouter(input.dense(), groups);
    Matrix logits = bench.kernels().multiply(input.x(), router);
    SplitLoss loss = new SplitLoss(parts);
    Table table =
        Table.of("", "k", "multiply-adds", "lost, router of means", "lost, chosen in hindsight");
    for (int chosen :
        IntStream.of(1, k, experts / 4, experts / 2, experts)
            .distinct()
            .sorted()
            .filter(c -> c > 0)
            .toArray()) {
      table.row(
          chosen + " of " + experts,
          Numbers.fixed(100.0 * chosen / experts, 1) + " %",
          Shown.percent(
              loss.median(Routing.of(bench.kernels(), logits, chosen, Gating.UNWEIGHTED))),
          Shown.percent(loss.median(loss.hindsight(bench.kernels(), chosen))));
    }
    sheet.table(table);
    MixtureOfExperts all = Splitting.layer(input.dense(), groups, router, experts);
    Matrix dense = input.dense().apply(bench.kernels(), bench.loop(), input.x());
    sheet.text(
        "With all "
            + experts
            + " the largest difference from the dense layer is "
            + Numbers.shortest(
                Shown.largestDifference(dense, all.apply(bench.kernels(), bench.loop(), input.x())))
            + ": rounding. With "
            + k
            + " of "
            + experts
            + " the token in the middle loses "
            + Shown.percent(loss.median(loss.hindsight(bench.kernels(), k)))
            + ", even where its parts were chosen knowing them: this layer was trained dense, and"
            + " nothing made its groups matter to some tokens alone. A mixture is trained as one.");
    sheet.table(byToken(input, loss, Routing.of(bench.kernels(), logits, k, Gating.UNWEIGHTED)));
    sheet.text(
        "The last column is the longest row that a single hidden unit adds. Where it is as long as"
            + " the whole sum, one unit does it all: miss its group, and all is lost.");
  }

  private static Table byToken(MiniLmExperts input, SplitLoss loss, Routing routing) {
    Table table =
        Table.of(
            "By token, " + routing.k() + " of " + routing.expertCount() + " by the router of means",
            "token",
            "experts",
            "lost",
            "length of the layer's sum",
            "of one unit's row");
    for (int t = 0; t < Math.min(Shown.ROWS, routing.tokens()); t++) {
      table.row(
          input.tokens().get(t),
          "no. "
              + Shown.join(
                  Arrays.stream(routing.experts()[t]).mapToObj(Integer::toString).toList()),
          Shown.percent(loss.of(routing, t)),
          Numbers.fixed(loss.length(t), 2),
          Numbers.fixed(input.largestUnit(t), 2));
    }
    return table;
  }
}

package org.workedanswers.answers.q15;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.Dispatch;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.LoadBalance;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.MoeAccounting;
import org.workedanswers.moe.Router;
import org.workedanswers.moe.Routing;
import org.workedanswers.moe.Splitting;
import org.workedanswers.moe.Upcycling;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Mixture of experts on MiniLM's own feed-forward layer. */
@Command(name = "15")
public final class MixtureAnswer extends Answer {
  private static final int SHOWN = 7; // rows of a table of tokens
  private static final int WIDEST_MAP = 40; // experts

  @Option(
      names = "--experts",
      paramLabel = "E",
      description = "experts of the working shown, 2 to 64 (default: ${DEFAULT-VALUE})")
  private int experts = MixtureClaims.EXPERTS;

  @Option(
      names = "--top",
      paramLabel = "K",
      description = "experts a token is sent to, 1 to E (default: ${DEFAULT-VALUE})")
  private int k = MixtureClaims.K;

  @Option(
      names = "--sentence",
      paramLabel = "TEXT",
      description = "the sentence whose tokens are routed")
  private String sentence = MiniLmExperts.SENTENCE;

  @Override
  public int question() {
    return 15;
  }

  @Override
  public String title() {
    return "Mixture of experts";
  }

  @Override
  public String asked() {
    return "What a mixture of experts is, and what it is good for: many feed-forward layers in the place"
        + " of one, of which each token passes a few. What that saves, and what it still costs.";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.range("--experts", experts, 2, 64);
    Check.range("--top", k, 1, experts);
    MiniLmExperts input = MiniLmExperts.of(bench.kernels(), sentence);
    sheet.formula(
        "y = Σⱼ wⱼ · FFNⱼ(x)      over the k experts j with the largest logits",
        "h = x W_r                the router's logits, one an expert",
        "w = softmax over the k chosen logits",
        "FFN(x) = GELU(x W₁ + b₁) W₂ + b₂");
    sheet.text(
        "The input is real: "
            + input.tokens().size()
            + " tokens of \""
            + sentence
            + "\" where they enter the feed-forward layer of MiniLM's first block, x is "
            + input.x()
            + ". That layer is dense, 384 to 1536 to 384; here it is made into "
            + experts
            + " experts in two ways.");
    upcycle(sheet, bench, input);
    split(sheet, bench, input);
    mixtral(sheet);
  }

  private void upcycle(Worksheet sheet, Workbench bench, MiniLmExperts input) {
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
            + Numbers.shortest(largestDifference(dense, trace.output()))
            + " in values up to "
            + Numbers.fixed(largest(dense), 1)
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
    for (int t = 0; t < Math.min(SHOWN, routing.tokens()); t++) {
      List<String> weights = new ArrayList<>();
      for (float w : routing.weights().row(t)) {
        weights.add(Numbers.fixed(w, 3));
      }
      table.row(
          input.tokens().get(t),
          "no. " + join(Arrays.stream(routing.experts()[t]).mapToObj(Integer::toString).toList()),
          join(weights));
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
          join(shown),
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

  private void split(Worksheet sheet, Workbench bench, MiniLmExperts input) {
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
          percent(loss.median(Routing.of(bench.kernels(), logits, chosen, Gating.UNWEIGHTED))),
          percent(loss.median(loss.hindsight(bench.kernels(), chosen))));
    }
    sheet.table(table);
    MixtureOfExperts all = Splitting.layer(input.dense(), groups, router, experts);
    Matrix dense = input.dense().apply(bench.kernels(), bench.loop(), input.x());
    sheet.text(
        "With all "
            + experts
            + " the largest difference from the dense layer is "
            + Numbers.shortest(
                largestDifference(dense, all.apply(bench.kernels(), bench.loop(), input.x())))
            + ": rounding. With "
            + k
            + " of "
            + experts
            + " the token in the middle loses "
            + percent(loss.median(loss.hindsight(bench.kernels(), k)))
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
    for (int t = 0; t < Math.min(SHOWN, routing.tokens()); t++) {
      table.row(
          input.tokens().get(t),
          "no. " + join(Arrays.stream(routing.experts()[t]).mapToObj(Integer::toString).toList()),
          percent(loss.of(routing, t)),
          Numbers.fixed(loss.length(t), 2),
          Numbers.fixed(input.largestUnit(t), 2));
    }
    return table;
  }

  private static void mixtral(Worksheet sheet) {
    sheet.heading("3. The published model");
    MoeAccounting mixtral = new MoeAccounting(ModelShape.MIXTRAL_8X7B);
    MoeAccounting one = mixtral.denseOfOneExpert();
    MoeAccounting dense = mixtral.denseOfSameSize();
    Table table =
        Table.of(
            "Mixtral 8x7B, from its published shape",
            "",
            "parameters held",
            "passed by a token",
            "multiply-adds a token");
    row(table, "one expert (a 7B model)", one);
    row(table, "8 experts, 2 active", mixtral);
    row(table, "dense, of the same size", dense);
    sheet.table(table);
    sheet.text(
        "Of the mixture "
            + Numbers.count(mixtral.sharedParameters())
            + " parameters (attention, embeddings, routers, norms) are shared by all tokens, and an"
            + " expert has "
            + Numbers.count(mixtral.oneExpertParameters())
            + " over all layers.");
  }

  private static void row(Table table, String name, MoeAccounting accounting) {
    table.row(
        name,
        Numbers.count(accounting.parameters()),
        Numbers.count(accounting.activeParameters()),
        Numbers.count(accounting.multiplyAddsPerToken()));
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

  private static double largestDifference(Matrix a, Matrix b) {
    double largest = 0;
    for (int i = 0; i < a.data().length; i++) {
      largest = Math.max(largest, Math.abs(a.data()[i] - b.data()[i]));
    }
    return largest;
  }

  private static double largest(Matrix a) {
    return largestDifference(a, Matrix.zeros(a.rows(), a.cols()));
  }

  private static String join(List<String> items) {
    return String.join(", ", items);
  }

  private static String percent(double share) {
    return Numbers.fixed(100 * share, 1) + " %";
  }

  @Override
  public List<Claim> claims() {
    return MixtureClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "study 15 --top 1: Switch's choice: one expert, weight exactly 1, the dense layer's bits",
        "study 15 --experts 64 --top 8: many small experts, as later models have them",
        "study 15 --seed 3: another router, another imbalance",
        "study 15 --sentence \"...\": do equal words go to equal experts?",
        "study bench moe: 2 of 8 experts against the dense layer, by tokens and kernels");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(Routing.class, MixtureOfExperts.class, LoadBalance.class, Splitting.class);
  }
}

package org.workedanswers.answers.q15;

import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.LoadBalance;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.MoeAccounting;
import org.workedanswers.moe.Routing;
import org.workedanswers.moe.Splitting;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Mixture of experts on MiniLM's own feed-forward layer. */
@Command(name = "15")
public final class MixtureAnswer extends Answer {
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
    new Copies(experts, k).show(sheet, bench, input);
    new Parts(experts, k).show(sheet, bench, input);
    mixtral(sheet);
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

  @Override
  public List<Claim> claims() {
    return MixtureClaims.all();
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 15 --top 1: Switch's choice: one expert, weight exactly 1, the dense layer's bits",
        "./study 15 --experts 64 --top 8: many small experts, as later models have them",
        "./study 15 --seed 3: another router, another imbalance",
        "./study 15 --sentence \"...\": do equal words go to equal experts?",
        "./study bench moe: 2 of 8 experts against the dense layer, by tokens and kernels");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(Routing.class, MixtureOfExperts.class, LoadBalance.class, Splitting.class);
  }
}

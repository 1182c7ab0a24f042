package org.workedanswers.answers.q02;

import java.util.List;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.kinds.ThreeKinds;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.sheet.HeatMap;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.EncoderDecoder;
import org.workedanswers.transformer.Layer;
import org.workedanswers.transformer.Mlp;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.SelfAttention;
import org.workedanswers.transformer.Trace;
import org.workedanswers.transformer.TransformerConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Question 2, worked: a sentence through MiniLM's layers, and small models beside it. */
@Command(name = "2")
public final class TransformerAnswer extends Answer {
  @Option(
      names = "--sentence",
      paramLabel = "TEXT",
      description = "the sentence (default: ${DEFAULT-VALUE})")
  private String sentence = TransformerClaims.SENTENCE;

  @Option(
      names = "--layer",
      paramLabel = "L",
      description = "the layer that is worked step by step, 0 to 5 (default: ${DEFAULT-VALUE})")
  private int layer;

  private Workbench measuredOn;
  private NormDepth.Both norms;
  private HeadProfiles.Both heads;

  @Override
  public int question() {
    return 2;
  }

  @Override
  public String title() {
    return Questions.title(2);
  }

  @Override
  public String asked() {
    return "What is a transformer made of, what does each part do to the tokens that pass it, and"
        + " what tells an encoder from a decoder?";
  }

  @Override
  public void work(Worksheet sheet, Workbench bench) {
    Check.that(
        layer >= 0 && layer < MiniLm.LAYERS,
        "--layer is %d: it must be in 0..%d",
        layer,
        MiniLm.LAYERS - 1);
    MiniLm.Tokens tokens = MiniLm.model().tokens(sentence);
    Trace trace =
        MiniLm.model()
            .encoder()
            .explain(Compute.plain(bench.kernels(), bench.loop()), tokens.ids());
    sheet.formula(
        "A(x) = softmax(Q Kᵀ / √d_k + mask) V W_O   [n x d]  attention: tokens take from each other",
        "F(x) = φ(x W₁ + b₁) W₂ + b₂                [n x d]  feed-forward: each token by itself",
        "x ← N(x + A(x));  x ← N(x + F(x))          [n x d]  a layer; N a norm, x + ... a residual");
    masks(sheet, bench);
    LayerWalk.steps(sheet, trace, layer);
    LayerWalk.depths(sheet, trace);
    HeadsShown.show(sheet, heads(bench), trace, tokens.text());
    NormsShown.show(sheet, norms(bench));
    ParameterTable.show(sheet);
    sheet.heading("In code");
    sheet.code(Layer.class, "apply");
  }

  private static void masks(Worksheet sheet, Workbench bench) {
    ThreeKinds kinds = ThreeKinds.of(bench.random("q2.masks"));
    Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
    Trace written = kinds.written(compute);
    List<String> read = ThreeKinds.SENTENCE;
    List<String> wrote = ThreeKinds.TRANSLATION;
    sheet.heading("What may see what");
    sheet.text(
        "One sentence through each kind of transformer: small ones of random weights, built as BERT,"
            + " Llama and T5. A row takes from the columns that are dark, in some head of some layer;"
            + " the other weights are 0.");
    sheet.heatMaps(
        List.of(
            map("encoder", ThreeKinds.seen(kinds.encoded(compute)), read, read),
            map("decoder", ThreeKinds.seen(kinds.decoded(compute)), read, read),
            map("writer on itself", ThreeKinds.seen(written), wrote, wrote),
            map("writer on the source", ThreeKinds.seenAcross(written), wrote, read)));
    sheet.text(
        "A decoder's row i is all that token i + 1 is guessed from. An encoder-decoder reads as the"
            + " encoder does; what it writes sees itself as a decoder's text does, in the third"
            + " picture, and all that was read, in the fourth: cross-attention.");
  }

  private static HeatMap map(String caption, Matrix m, List<String> rows, List<String> columns) {
    return new HeatMap(caption, m, 1, rows, columns);
  }

  /** Measured once a run: the page and the claim show the same numbers. */
  private NormDepth.Both norms(Workbench bench) {
    of(bench);
    norms = norms == null ? NormDepth.both(bench, NormPlace.PRE, NormPlace.POST) : norms;
    return norms;
  }

  private HeadProfiles.Both heads(Workbench bench) {
    of(bench);
    heads = heads == null ? HeadProfiles.both(bench, weights -> weights) : heads;
    return heads;
  }

  /** Forgets what was measured on another workbench. */
  private void of(Workbench bench) {
    if (measuredOn != bench) {
      measuredOn = bench;
      norms = null;
      heads = null;
    }
  }

  @Override
  public List<Claim> claims() {
    return TransformerClaims.all(this::norms, this::heads);
  }

  @Override
  public List<String> tryNext() {
    return List.of(
        "./study 2 --layer 5: the last layer; a sentence embedding is the mean of what it gives",
        "./study 2 --sentence \"Time flies like an arrow, fruit flies like a banana.\"",
        "./study 2 --seed 7: other random models, the same verdicts",
        "./study 4 for one head's attention, number by number; ./study 14 for the three kinds");
  }

  @Override
  public List<Class<?>> read() {
    return List.of(
        Layer.class,
        SelfAttention.class,
        Mlp.class,
        Encoder.class,
        Decoder.class,
        EncoderDecoder.class,
        TransformerConfig.class);
  }
}

package org.workedanswers.answers.q02;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.kinds.ThreeKinds;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.Initial;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.Positions;
import org.workedanswers.transformer.TransformerConfig;

/** Who may see whom, by changing one token and looking at all outputs. */
final class MaskClaims {
  private static final String BEFORE = "before it, the largest change";
  private static final String FROM = "from it on, the smallest change";
  private static final String AFTER = "after it, the smallest change";

  private static final int LENGTH = 12;
  private static final int VOCABULARY = 40;

  /** BERT's token for a hidden word. */
  private static final int MASKED = 103;

  private MaskClaims() {}

  /** A decoder with this mask. */
  static Claim causal(Mask mask) {
    return new Claim(
        "q2.causal",
        "In a decoder a position sees itself and those before it, and nothing after it.",
        "one of 12 random tokens becomes another, each in turn; the change of an output is the"
            + " largest of its logits' changes; decoders of 3 layers and random weights, with each"
            + " kind of positions, norms before and after",
        "1",
        "causal: the past alone",
        Rule.within(Value.named(BEFORE, 0, FROM, 1e-4), Value.named(BEFORE, 0, FROM, 100)),
        bench -> {
          Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
          double before = 0;
          double from = Double.POSITIVE_INFINITY;
          for (Decoder decoder : decoders(bench.random("q2.causal"))) {
            Decoder masked = ThreeKinds.with(decoder, mask);
            int[] tokens = new int[LENGTH];
            SeededRandom random = bench.random("q2.causal.tokens");
            for (int i = 0; i < LENGTH; i++) {
              tokens[i] = random.below(VOCABULARY);
            }
            Matrix first = masked.start(compute, LENGTH).feed(tokens);
            for (int j = 0; j < LENGTH; j++) {
              int[] other = tokens.clone();
              other[j] = (other[j] + 1) % VOCABULARY;
              double[] change = changes(first, masked.start(compute, LENGTH).feed(other));
              for (int i = 0; i < LENGTH; i++) {
                before = i < j ? Math.max(before, change[i]) : before;
                from = i < j ? from : Math.min(from, change[i]);
              }
            }
          }
          return Measured.of(
              Value.named(BEFORE, before, FROM, from),
              "0 is meant to the bit: what is masked has the weight 0, and a sum does not notice"
                  + " products with 0");
        });
  }

  private static List<Decoder> decoders(SeededRandom random) {
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            3,
            32,
            new ModelShape.Attention(4, 2, 8),
            ModelShape.FeedForward.dense(64),
            new ModelShape.Embedding(VOCABULARY, true, LENGTH, 0));
    List<Decoder> decoders = new ArrayList<>();
    for (Positions positions : Positions.values()) {
      for (NormPlace place : NormPlace.values()) {
        TransformerConfig config = TransformerConfig.llama(shape).with(positions).with(place);
        decoders.add(Initial.decoder(config, random.split(decoders.size())));
      }
    }
    return decoders;
  }

  /** MiniLM with this mask. */
  static Claim bidirectional(Mask mask) {
    return new Claim(
        "q2.bidirectional",
        "In an encoder a position sees those after it as well as those before it.",
        "one word piece of a sentence is hidden behind [MASK], each in turn; the change of an output"
            + " is the largest of its 384 numbers' changes; all-MiniLM-L6-v2, all layers",
        "1",
        "bidirectional",
        Rule.within(
            Value.named("before it, the smallest change", 0.01, AFTER, 0.01),
            Value.named("before it, the smallest change", 10, AFTER, 10)),
        bench -> measureEncoder(bench, mask));
  }

  private static Measured measureEncoder(Workbench bench, Mask mask) {
    MiniLm model = MiniLm.model();
    Encoder encoder = ThreeKinds.with(model.encoder(), mask);
    int[] tokens = model.tokens(TransformerClaims.SENTENCE).ids();
    List<int[]> inputs = new ArrayList<>();
    inputs.add(tokens);
    for (int j = 1; j < tokens.length - 1; j++) {
      int[] hidden = tokens.clone();
      hidden[j] = MASKED;
      inputs.add(hidden);
    }
    List<Matrix> outputs = encoder.encode(Compute.plain(bench.kernels(), bench.loop()), inputs);
    double before = Double.POSITIVE_INFINITY;
    double after = Double.POSITIVE_INFINITY;
    for (int j = 1; j < tokens.length - 1; j++) {
      double[] change = changes(outputs.get(0), outputs.get(j));
      for (int i = 0; i < change.length; i++) {
        before = i < j ? Math.min(before, change[i]) : before;
        after = i > j ? Math.min(after, change[i]) : after;
      }
    }
    return Measured.of(
        Value.named("before it, the smallest change", before, AFTER, after),
        "the outputs themselves are of the size 1");
  }

  /** For each row the largest difference between two matrices. */
  static double[] changes(Matrix a, Matrix b) {
    double[] changes = new double[a.rows()];
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < a.cols(); j++) {
        changes[i] = Math.max(changes[i], Math.abs((double) a.get(i, j) - b.get(i, j)));
      }
    }
    return changes;
  }
}

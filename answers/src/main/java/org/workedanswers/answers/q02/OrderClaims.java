package org.workedanswers.answers.q02;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.workedanswers.transformer.Embeddings;
import org.workedanswers.transformer.Encoder;
import org.workedanswers.transformer.FeedForwardPart;
import org.workedanswers.transformer.Initial;
import org.workedanswers.transformer.Positions;
import org.workedanswers.transformer.Trace;
import org.workedanswers.transformer.TransformerConfig;

/**
 * What knows of order and what does not. P is a permutation of the tokens; a part f that knows no
 * order has f(P x) = P f(x).
 */
final class OrderClaims {
  /** What rounding may add up to, as a share of the largest output. */
  private static final double ROUNDING = 1e-4;

  /** The least that counts as another output. */
  private static final double OTHER = 0.02;

  private static final String CAUSAL = "no positions, causal mask";

  private OrderClaims() {}

  /**
   * Models that tell positions in every way, the first one of which is taken to tell none.
   *
   * @param none how the model tells positions that is said to tell none
   * @param other the mask under which not every token sees every token
   */
  static Claim position(Positions none, Mask other) {
    Map<String, Double> low = new LinkedHashMap<>();
    Map<String, Double> high = new LinkedHashMap<>();
    low.put("no positions, MiniLM without its own", 0.0);
    high.put("no positions, MiniLM without its own", ROUNDING);
    low.put("no positions", 0.0);
    high.put("no positions", ROUNDING);
    for (String name : new String[] {"learned, MiniLM", "learned", "rotary", "relative", CAUSAL}) {
      low.put(name, OTHER);
      high.put(name, 2.0);
    }
    Set<String> met = new LinkedHashSet<>(low.keySet());
    met.remove(CAUSAL);
    return new Claim(
        "q2.position",
        "Attention by itself knows no order: positions must be told.",
        "the tokens are permuted; the largest difference between the outputs and the permuted"
            + " outputs of before, as a share of the largest output; MiniLM on a sentence, else"
            + " encoders of 2 layers and random weights. The condition: that every token sees every"
            + " token. Under a causal mask each sees another number of tokens, which tells order",
        "of the largest output",
        "positions are injected",
        Rule.conditional(
            Value.named(low),
            Value.named(high),
            met,
            Value.named(CAUSAL, 0),
            Value.named(CAUSAL, ROUNDING)),
        bench -> measurePosition(bench, none, other));
  }

  private static Measured measurePosition(Workbench bench, Positions none, Mask other) {
    Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
    SeededRandom random = bench.random("q2.position");
    Encoder real = MiniLm.model().encoder();
    int[] sentence = MiniLm.model().tokens(TransformerClaims.SENTENCE).ids();
    int[] order = order(sentence.length, random);
    int[] words = new int[sentence.length];
    Arrays.setAll(words, i -> i);
    Encoder set = small(none, random);
    Map<String, Double> found = new LinkedHashMap<>();
    found.put(
        "no positions, MiniLM without its own", moved(compute, unplaced(real), sentence, order));
    found.put("no positions", moved(compute, set, words, order));
    found.put("learned, MiniLM", moved(compute, real, sentence, order));
    found.put("learned", moved(compute, small(Positions.LEARNED, random), words, order));
    found.put("rotary", moved(compute, small(Positions.ROTARY, random), words, order));
    found.put("relative", moved(compute, small(Positions.RELATIVE, random), words, order));
    found.put(CAUSAL, moved(compute, ThreeKinds.with(set, other), words, order));
    return Measured.of(Value.named(found));
  }

  /** A random cycle, so that no token stays where it is. */
  private static int[] order(int n, SeededRandom random) {
    int[] order = random.permutation(n);
    int[] moved = new int[n];
    for (int i = 0; i < n; i++) {
      moved[order[i]] = order[(i + 1) % n];
    }
    return moved;
  }

  /** An encoder without its learned positions. */
  static Encoder unplaced(Encoder encoder) {
    Embeddings e = encoder.embeddings();
    return new Encoder(
        new Embeddings(e.words(), Optional.empty(), e.types(), e.norm()), encoder.stack());
  }

  private static Encoder small(Positions positions, SeededRandom random) {
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.ENCODER,
            2,
            32,
            new ModelShape.Attention(4, 4, 8),
            ModelShape.FeedForward.dense(64),
            new ModelShape.Embedding(64, true, 64, 0));
    return Initial.encoder(
        TransformerConfig.bert(shape).with(positions), random.split(positions.name().hashCode()));
  }

  /** How far f(P x) is from P f(x). */
  private static double moved(Compute compute, Encoder encoder, int[] tokens, int[] order) {
    Matrix outputs = encoder.encode(compute, tokens);
    return share(encoder.encode(compute, permuted(tokens, order)), permuted(outputs, order));
  }

  /** Token i of the result is token {@code order[i]}. */
  static int[] permuted(int[] tokens, int[] order) {
    return Arrays.stream(order).map(i -> tokens[i]).toArray();
  }

  /** Row i of the result is row {@code order[i]}. */
  static Matrix permuted(Matrix m, int[] order) {
    Matrix permuted = Matrix.zeros(m.rows(), m.cols());
    for (int i = 0; i < order.length; i++) {
      permuted.rows(i, i + 1).set(m.rows(order[i], order[i] + 1));
    }
    return permuted;
  }

  /** The largest difference as a share of the largest number of b. */
  private static double share(Matrix a, Matrix b) {
    double difference = Arrays.stream(MaskClaims.changes(a, b)).max().orElse(0);
    double size =
        Arrays.stream(MaskClaims.changes(b, Matrix.zeros(b.rows(), b.cols()))).max().orElse(0);
    return difference / size;
  }

  /** What is done to the feed-forward part before it is judged. */
  interface Change {
    FeedForwardPart of(FeedForwardPart part);
  }

  /** MiniLM's first layer, its feed-forward part changed. */
  static Claim feedForward(Change change) {
    return new Claim(
        "q2.feed-forward",
        "The feed-forward layer works on each position by itself; attention alone carries between"
            + " positions.",
        "MiniLM's first layer on a sentence: its rows permuted, and a token alone against the same"
            + " token among the others; the largest difference as a share of the largest output;"
            + " positions are left out, so that they do not move with the tokens",
        "of the largest output",
        "position-wise",
        Rule.within(
            Value.named(
                "feed-forward, permuted", 0,
                "feed-forward, alone", 0,
                "attention, permuted", 0,
                "attention, alone", OTHER),
            Value.named(
                "feed-forward, permuted", 0,
                "feed-forward, alone", 0,
                "attention, permuted", ROUNDING,
                "attention, alone", 10)),
        bench -> measureParts(bench, change));
  }

  private static Measured measureParts(Workbench bench, Change change) {
    Compute compute = Compute.plain(bench.kernels(), Loop.sequential());
    Encoder encoder = unplaced(MiniLm.model().encoder());
    int[] tokens = MiniLm.model().tokens(TransformerClaims.SENTENCE).ids();
    int n = tokens.length;
    int[] order = order(n, bench.random("q2.feed-forward"));
    FeedForwardPart part = change.of(encoder.stack().layers().get(0).feedForward());
    Trace trace = encoder.explain(compute, tokens);
    Matrix x = trace.layers().get(0).afterAttention();
    Matrix y = applied(compute, part, x);
    Matrix attended = trace.layers().get(0).attentionOutput();
    Matrix attendedMoved =
        encoder.explain(compute, permuted(tokens, order)).layers().get(0).attentionOutput();
    double alone = 0;
    double attendedAlone = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      Matrix one = applied(compute, part, x.rows(i, i + 1));
      alone = Math.max(alone, share(one, y.rows(i, i + 1)));
      Matrix single = encoder.explain(compute, tokens[i]).layers().get(0).attentionOutput();
      attendedAlone = Math.min(attendedAlone, share(single, attended.rows(i, i + 1)));
    }
    return Measured.of(
        Value.named(
            "feed-forward, permuted",
            share(applied(compute, part, permuted(x, order)), permuted(y, order)),
            "feed-forward, alone",
            alone,
            "attention, permuted",
            share(attendedMoved, permuted(attended, order)),
            "attention, alone",
            attendedAlone),
        "of the tokens alone, the largest difference for the feed-forward part and the smallest for"
            + " attention");
  }

  private static Matrix applied(Compute compute, FeedForwardPart part, Matrix x) {
    return part.apply(compute, x);
  }
}

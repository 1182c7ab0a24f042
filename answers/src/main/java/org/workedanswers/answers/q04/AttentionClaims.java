package org.workedanswers.answers.q04;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.attention.AttentionTrace;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.attention.Scale;
import org.workedanswers.attention.Softmax;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** The claims of question 4. Each takes what it judges, so that a test can hand it a broken one. */
final class AttentionClaims {
  /** The sentence of the claims, and of the working where none is named. */
  static final String SENTENCE = "She left the bank and sat down on the bank of the river.";

  /** Its word pieces, [CLS] and [SEP] among them. */
  private static final int TOKENS = 16;

  /** How scores are made of queries and keys. */
  interface Scores {
    Matrix of(Kernels kernels, Matrix q, Matrix k);
  }

  private AttentionClaims() {}

  static List<Claim> all() {
    return List.of(
        shape(AttentionClaims::scores),
        rows(kernels -> kernels),
        variance(Scale.INVERSE_ROOT),
        saturation(Scale.INVERSE_ROOT));
  }

  private static Matrix scores(Kernels kernels, Matrix q, Matrix k) {
    Matrix noValues = Matrix.zeros(k.rows(), 0);
    return new PlainAttention(kernels).explain(q, k, noValues, Mask.full()).scores();
  }

  static Claim shape(Scores scores) {
    return new Claim(
        "q4.shape",
        "The scores of n tokens are a matrix of n x n.",
        "rows and columns of Q Kᵀ for all 16 tokens of a sentence, for its first 7, and for 1; head"
            + " 0 of MiniLM's first layer (d_k = 32)",
        "1",
        "n x n",
        Rule.exactly(
            Value.named(
                "rows, n = 16", TOKENS,
                "columns, n = 16", TOKENS,
                "rows, n = 7", 7,
                "columns, n = 7", 7,
                "rows, n = 1", 1,
                "columns, n = 1", 1)),
        bench -> {
          MiniLm.FirstLayer layer = MiniLm.model().firstLayer(bench.kernels(), SENTENCE);
          MultiHead heads = new MultiHead(MiniLm.HEADS);
          Map<String, Integer> sizes = new LinkedHashMap<>();
          for (int n : new int[] {layer.tokens().count(), 7, 1}) {
            Matrix q = heads.queryHead(layer.query(), 0).rows(0, n);
            Matrix k = heads.keyHead(layer.key(), 0).rows(0, n);
            Matrix s = scores.of(bench.kernels(), q, k);
            sizes.put("rows, n = " + n, s.rows());
            sizes.put("columns, n = " + n, s.cols());
          }
          return Measured.of(Value.named(sizes));
        });
  }

  /** The largest distance from 1 that rounding allows for sums of so few weights. */
  private static final double ROUNDING = 1e-5;

  static Claim rows(UnaryOperator<Kernels> change) {
    return new Claim(
        "q4.rows",
        "The attention weights of each token sum to 1.",
        "all rows of all 12 heads of MiniLM's first layer for one sentence, summed in double"
            + " precision",
        "1",
        "each row sums to 1",
        Rule.within(
            Value.named("farthest row sum from 1", 0, "smallest weight", 0),
            Value.named("farthest row sum from 1", ROUNDING, "smallest weight", 1.0 / TOKENS)),
        bench -> {
          double farthest = 0;
          double smallest = Double.POSITIVE_INFINITY;
          Kernels kernels = change.apply(bench.kernels());
          for (AttentionTrace head : heads(kernels, SENTENCE)) {
            for (int i = 0; i < head.weights().rows(); i++) {
              double sum = 0;
              for (float w : head.weights().row(i)) {
                sum += w;
                smallest = Math.min(smallest, w);
              }
              farthest = Math.max(farthest, Math.abs(sum - 1));
            }
          }
          return Measured.of(
              Value.named("farthest row sum from 1", farthest, "smallest weight", smallest));
        });
  }

  /** Every head of MiniLM's first layer on a sentence. */
  static List<AttentionTrace> heads(Kernels kernels, String sentence) {
    MiniLm.FirstLayer layer = MiniLm.model().firstLayer(kernels, sentence);
    return new MultiHead(MiniLm.HEADS)
        .explain(
            new PlainAttention(kernels), layer.query(), layer.key(), layer.value(), Mask.full());
  }

  /** The widths at which the variance is measured, and shown. */
  private static final int[] WIDTHS = {4, 16, 64, 256, 1024, 4096};

  /**
   * Relative. The estimate's standard error is at most 1.7 % (from the variance of tr(AB) for two
   * Wishart matrices), so that one seed in a hundred million goes beyond.
   */
  private static final double STATISTICAL = 0.1;

  static Claim variance(Scale scale) {
    Map<String, Double> exact = new LinkedHashMap<>();
    for (int dk : WIDTHS) {
      exact.put("q·k, d_k = " + dk, (double) dk);
      exact.put("scaled, d_k = " + dk, 1.0);
    }
    Value known = Value.named(exact);
    return new Claim(
        "q4.variance",
        "Dot products grow with d_k: for entries of variance 1 theirs is d_k, and 1 after scaling.",
        "variance of q·k and of q·k/√d_k over random normal queries and keys, by d_k",
        "1",
        "large for large d_k",
        Rule.within(known.map(x -> x * (1 - STATISTICAL)), known.map(x -> x * (1 + STATISTICAL))),
        bench -> {
          Map<String, Double> measured = new LinkedHashMap<>();
          for (int dk : WIDTHS) {
            SeededRandom random = bench.random("q4.variance").split(dk);
            double[] both = variances(bench.kernels(), random, dk, scale);
            measured.put("q·k, d_k = " + dk, both[0]);
            measured.put("scaled, d_k = " + dk, both[1]);
          }
          return Measured.of(Value.named(measured));
        });
  }

  /** The variance of scores and of scaled scores. Narrow vectors vary more and are drawn more. */
  private static double[] variances(Kernels kernels, SeededRandom random, int dk, Scale scale) {
    Moments scores = new Moments();
    Moments scaled = new Moments();
    for (int block = 0; block < Math.max(1, 64 / dk); block++) {
      AttentionTrace trace = randomHead(kernels, random, 256, 256, dk, scale);
      scores.add(trace.scores());
      scaled.add(trace.scaled());
    }
    return new double[] {scores.variance(), scaled.variance()};
  }

  private static AttentionTrace randomHead(
      Kernels kernels, SeededRandom random, int n, int m, int dk, Scale scale) {
    Matrix q = random.gaussian(n, dk, 1);
    Matrix k = random.gaussian(m, dk, 1);
    return new PlainAttention(kernels, scale).explain(q, k, Matrix.zeros(m, 0), Mask.full());
  }

  private static final class Moments {
    private double count;
    private double sum;
    private double squares;

    void add(Matrix m) {
      for (float x : m.data()) {
        count++;
        sum += x;
        squares += (double) x * x;
      }
    }

    double variance() {
      return squares / count - sum / count * (sum / count);
    }
  }

  /** The bounds leave room around what 25 seeds gave, a factor of four where the norm is small. */
  static Claim saturation(Scale scale) {
    return new Claim(
        "q4.saturation",
        "Without the scale, large d_k saturates the softmax and leaves near-zero gradients.",
        "Frobenius norm of the softmax's Jacobian diag(p) - p pᵀ, the median of 512 random queries"
            + " over 64 keys, by d_k",
        "1",
        "near-zero gradients",
        Rule.within(
            Value.named(
                "scaled, d_k = 4", 0.15,
                "scaled, d_k = 4096", 0.17,
                "unscaled, d_k = 4", 0.22,
                "unscaled, d_k = 64", 0.12,
                "unscaled, d_k = 1024", 2e-5,
                "unscaled, d_k = 4096", 5e-10),
            Value.named(
                "scaled, d_k = 4", 0.19,
                "scaled, d_k = 4096", 0.19,
                "unscaled, d_k = 4", 0.3,
                "unscaled, d_k = 64", 0.26,
                "unscaled, d_k = 1024", 2e-3,
                "unscaled, d_k = 4096", 2e-6)),
        bench -> {
          Norms at4 = norms(bench, 4, scale);
          Norms at4096 = norms(bench, 4096, scale);
          return Measured.of(
              Value.named(
                  "scaled, d_k = 4", at4.scaled(),
                  "scaled, d_k = 4096", at4096.scaled(),
                  "unscaled, d_k = 4", at4.unscaled(),
                  "unscaled, d_k = 64", norms(bench, 64, scale).unscaled(),
                  "unscaled, d_k = 1024", norms(bench, 1024, scale).unscaled(),
                  "unscaled, d_k = 4096", at4096.unscaled()),
              "the norm is 0.5 at most: two keys with half of the weight each");
        });
  }

  /** Medians of the norm of the softmax's Jacobian. */
  record Norms(double scaled, double unscaled) {}

  static Norms norms(Workbench bench, int dk, Scale scale) {
    SeededRandom random = bench.random("q4.saturation").split(dk);
    AttentionTrace trace = randomHead(bench.kernels(), random, 512, 64, dk, scale);
    return new Norms(medianNorm(trace.scaled()), medianNorm(trace.scores()));
  }

  private static double medianNorm(Matrix scores) {
    double[] norms = new double[scores.rows()];
    for (int i = 0; i < norms.length; i++) {
      norms[i] = Softmax.jacobianNorm(Softmax.of(HeadProfile.doubles(scores, i)));
    }
    Arrays.sort(norms);
    return norms[norms.length / 2];
  }
}

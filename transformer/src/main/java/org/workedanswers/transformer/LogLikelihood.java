package org.workedanswers.transformer;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * How well a decoder foresees tokens:
 *
 * <pre>
 * nll = - Σ_i ln P(t_i | t_0 ... t_{i-1})        perplexity = e^(nll / n)
 * </pre>
 *
 * @param negative nll, in nats
 * @param tokens n, how many tokens were foreseen
 */
public record LogLikelihood(double negative, long tokens) {
  /** Of nothing yet. */
  public static final LogLikelihood NONE = new LogLikelihood(0, 0);

  /**
   * Of all tokens after the first, which is given.
   *
   * @throws IllegalArgumentException if there is no token or one does not exist
   */
  public static LogLikelihood of(Decoder decoder, Compute compute, int... tokens) {
    Check.that(tokens.length > 0, "there is no token");
    double[] each = each(decoder.start(compute, tokens.length), tokens);
    double sum = 0;
    for (double nll : each) {
      sum += nll;
    }
    return new LogLikelihood(sum, each.length);
  }

  /**
   * -ln P of every token after the first, in a sequence of any kind that goes on with them.
   *
   * @throws IllegalArgumentException if there is no token, one does not exist, or they do not fit
   */
  public static double[] each(Sequence sequence, int... tokens) {
    Check.that(tokens.length > 0, "there is no token");
    double[] each = new double[tokens.length - 1];
    for (int at = 0; at < tokens.length - 1; at += Sequence.CHUNK) {
      int end = Math.min(at + Sequence.CHUNK, tokens.length - 1);
      Matrix logits = sequence.feed(Arrays.copyOfRange(tokens, at, end));
      for (int i = at; i < end; i++) {
        each[i] = lost(logits, i - at, tokens[i + 1]);
      }
    }
    return each;
  }

  /** -ln softmax(row)[token], in double precision. */
  private static double lost(Matrix logits, int row, int token) {
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < logits.cols(); j++) {
      max = Math.max(max, logits.get(row, j));
    }
    double sum = 0;
    for (int j = 0; j < logits.cols(); j++) {
      sum += Math.exp(logits.get(row, j) - max);
    }
    return Math.log(sum) + max - logits.get(row, token);
  }

  /** Both together. */
  public LogLikelihood plus(LogLikelihood other) {
    return new LogLikelihood(negative + other.negative, tokens + other.tokens);
  }

  /** nll / n, nats a token. */
  public double mean() {
    return negative / tokens;
  }

  /** e^(nll / n). */
  public double perplexity() {
    return Math.exp(mean());
  }
}

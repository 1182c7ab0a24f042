package org.workedanswers.answers.q15;

import java.util.List;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.FeedForward;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.Router;

/**
 * MiniLM's first feed-forward layer and what a real sentence sends into it.
 *
 * @param tokens the sentence's word pieces
 * @param x the layer's input [n x 384]
 * @param dense the layer, 384 → 1536 → 384, GELU
 */
record MiniLmExperts(List<String> tokens, Matrix x, FeedForward dense) {
  /** What the claims are measured on, whatever sentence is shown. */
  static final String SENTENCE =
      "The bank raised its interest rates, so the fisherman moved to the other bank of the river.";

  /**
   * MiniLM has no router. Logits of about N(0, 1): tokens at this point have a norm of about 12.
   */
  private static final double DEVIATION = 0.08;

  static MiniLmExperts of(Kernels kernels, String sentence) {
    MiniLm.FirstLayer first = MiniLm.model().firstLayer(kernels, sentence);
    MiniLm.Layer layer = MiniLm.model().layer(0);
    FeedForward dense =
        FeedForward.dense(
            Activation.GELU,
            layer.intermediate().weight(),
            layer.intermediate().bias(),
            layer.output().weight(),
            layer.output().bias());
    return new MiniLmExperts(first.tokens().text(), first.feedForwardInput(), dense);
  }

  /** A router with random weights: untrained, as at the start of upcycling. */
  static Router router(SeededRandom random, int experts, int k, Gating gating) {
    return new Router(random.gaussian(MiniLm.WIDTH, experts, DEVIATION), k, gating);
  }

  /**
   * One dense layer as large as {@code times} of this one: its hidden units that many times over.
   */
  FeedForward denseTimes(int times) {
    MiniLm.Layer layer = MiniLm.model().layer(0);
    Matrix w1 = Matrix.zeros(MiniLm.WIDTH, times * MiniLm.HIDDEN);
    Matrix w2 = Matrix.zeros(times * MiniLm.HIDDEN, MiniLm.WIDTH);
    float[] b1 = new float[times * MiniLm.HIDDEN];
    for (int i = 0; i < times; i++) {
      int from = i * MiniLm.HIDDEN;
      int to = from + MiniLm.HIDDEN;
      w1.columns(from, to).set(layer.intermediate().weight());
      w2.rows(from, to).set(layer.output().weight());
      System.arraycopy(layer.intermediate().bias(), 0, b1, from, MiniLm.HIDDEN);
    }
    return FeedForward.dense(Activation.GELU, w1, b1, w2, layer.output().bias());
  }

  /** The length of the longest row aᵤ W₂[u, :] that one hidden unit u adds to a token's output. */
  double largestUnit(int token) {
    Matrix a = dense.hidden(PlainKernels.PLAIN, x.rows(token, token + 1));
    Matrix w2 = MiniLm.model().layer(0).output().weight();
    double largest = 0;
    for (int u = 0; u < w2.rows(); u++) {
      double squares = 0;
      for (int j = 0; j < w2.cols(); j++) {
        squares += (double) w2.get(u, j) * w2.get(u, j);
      }
      largest = Math.max(largest, Math.abs(a.get(0, u)) * Math.sqrt(squares));
    }
    return largest;
  }
}

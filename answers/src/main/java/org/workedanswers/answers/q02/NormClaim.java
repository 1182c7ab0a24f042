package org.workedanswers.answers.q02;

import java.util.function.Function;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;

/** Where the norms stand, and what the first step's gradients are then. */
final class NormClaim {
  private static final String PRE_DEPTH = "pre: last layer of 24 to last of 2";
  private static final String POST_DEPTH = "post: last layer of 24 to last of 2";
  private static final String PRE_LAYERS = "pre: last layer of 8 to first";
  private static final String LAST = "post to pre, last layer of 24";

  private NormClaim() {}

  /** With the measurement of both places. */
  static Claim preNorm(Function<Workbench, NormDepth.Both> norms) {
    return new Claim(
        "q2.pre-norm",
        "Normalising before each part is stabler than normalising after it.",
        "the size of the loss's gradient for all matrices of a layer, before the first step: ratios"
            + " of layers and depths; decoders of random weights, d = 32, "
            + NormDepth.MODELS
            + " of them, each differentiated in "
            + NormDepth.DIRECTIONS_LAST
            + " random directions ("
            + NormDepth.DIRECTIONS
            + " in the models of 8 layers); that large gradients in the last layers are what makes the other"
            + " form need a warm-up is Xiong et al.'s conclusion from training, which is not"
            + " repeated here",
        "times",
        "stabilises training",
        Rule.within(
            Value.named(PRE_DEPTH, 0.1, POST_DEPTH, 0.65, PRE_LAYERS, 0.1, LAST, 2),
            Value.named(PRE_DEPTH, 0.65, POST_DEPTH, 2.2, PRE_LAYERS, 0.8, LAST, 12)),
        bench -> {
          NormDepth.Both both = norms.apply(bench);
          double[] pre = both.pre().gradients();
          double[] factors = GradientEstimate.factors(NormDepth.MODELS * NormDepth.DIRECTIONS_LAST);
          return Measured.of(
              Value.named(
                  PRE_DEPTH, both.preLast()[1] / both.preLast()[0],
                  POST_DEPTH, both.postLast()[1] / both.postLast()[0],
                  PRE_LAYERS, pre[pre.length - 1] / pre[0],
                  LAST, both.postLast()[1] / both.preLast()[1]),
              "of 95 sizes in 100 the estimate is "
                  + Numbers.fixed(factors[0], 2)
                  + " to "
                  + Numbers.fixed(factors[1], 2)
                  + " times the size itself, by χ² with "
                  + NormDepth.MODELS * NormDepth.DIRECTIONS_LAST
                  + " degrees of freedom");
        });
  }
}

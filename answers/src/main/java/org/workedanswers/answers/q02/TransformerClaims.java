package org.workedanswers.answers.q02;

import java.util.List;
import java.util.function.Function;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.attention.Mask;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.Positions;

/** The claims of question 2. */
final class TransformerClaims {
  /** The sentence of the claims, and of the working where none is named. */
  static final String SENTENCE = "The cat sat on the mat because it was tired.";

  private TransformerClaims() {}

  /** All, with the comparison of norms from {@code norms}. */
  static List<Claim> all(Function<Workbench, NormDepth.Both> norms) {
    return List.of(
        MaskClaims.causal(Mask.causal()),
        MaskClaims.bidirectional(Mask.full()),
        OrderClaims.position(Positions.NONE),
        OrderClaims.feedForward(part -> part),
        NormClaim.preNorm(norms),
        HeadClaim.heads(weights -> weights));
  }

  /** All, measured anew. */
  static List<Claim> all() {
    return all(bench -> NormDepth.both(bench, NormPlace.PRE, NormPlace.POST));
  }
}

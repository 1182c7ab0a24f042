package org.workedanswers.answers.q02;

import java.util.List;
import java.util.function.Function;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.attention.Mask;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.Positions;

/** The claims of question 2, and one of question 12 that needs a decoder. */
final class TransformerClaims {
  /** The sentence of the claims, and of the working where none is named. */
  static final String SENTENCE = "The dog saw the cat and ran to it.";

  private TransformerClaims() {}

  /** All, with the comparisons of norms and of heads from these. */
  static List<Claim> all(
      Function<Workbench, NormDepth.Both> norms, Function<Workbench, HeadProfiles.Both> heads) {
    return List.of(
        MaskClaims.causal(Mask.causal()),
        MaskClaims.bidirectional(Mask.full()),
        OrderClaims.position(Positions.NONE, Mask.causal()),
        OrderClaims.feedForward(part -> part),
        NormClaim.preNorm(norms),
        HeadClaim.heads(heads),
        TemperatureClaim.standard());
  }

  /** All, measured anew. */
  static List<Claim> all() {
    return all(
        bench -> NormDepth.both(bench, NormPlace.PRE, NormPlace.POST),
        bench -> HeadProfiles.both(bench, weights -> weights));
  }
}

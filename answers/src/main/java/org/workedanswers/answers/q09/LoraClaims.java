package org.workedanswers.answers.q09;

import java.util.List;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.lora.Adapter;
import org.workedanswers.quantization.Nf4;

/** The claims of question 9. */
final class LoraClaims {
  private LoraClaims() {}

  static List<Claim> all() {
    return List.of(
        CountClaims.full(CountClaims.MATRIX),
        CountClaims.lora(CountClaims.MAKER),
        CountClaims.reduction(CountClaims.MAKER),
        MergeClaim.claim(MergeClaim.MERGER),
        SwapClaim.claim(SwapClaim.APART, SwapClaim.MERGED),
        RankClaim.claim(Adapter::initial),
        QloraClaim.claim(Nf4.qlora(), Adapter::initial));
  }
}

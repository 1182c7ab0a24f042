package org.workedanswers.answers.q13;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.quantization.GgufType;

class LossClaimTest {
  private static Verdict verdict(Claim claim) {
    try (Workbench bench = Workbench.standard()) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  /** Six queries say nothing of nDCG; the outputs' errors are seen with any number. */
  @Test
  void lossSeesFourBitsTakenForEight() {
    assertEquals(
        Verdict.DOES_NOT_HOLD,
        verdict(LossClaim.of(6, f -> f == GgufType.Q8_0 ? GgufType.Q4_0 : f)));
  }

  @Test
  @Tag("long")
  void withoutTheFormatOfTwoBitsTheTextIsRight() {
    assertEquals(
        Verdict.HOLDS,
        verdict(LossClaim.of(EncoderLoss.QUERIES, f -> f instanceof GgufType ? f : GgufType.Q8_0)));
  }
}

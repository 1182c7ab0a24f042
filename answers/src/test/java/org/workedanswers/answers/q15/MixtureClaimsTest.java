package org.workedanswers.answers.q15;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.moe.MoeAccounting;

/**
 * The verdicts as they are, for any seed and all kernels, and as they turn when something is
 * broken.
 */
class MixtureClaimsTest {
  private static Verdict verdict(Claim claim, Kernels kernels, long seed) {
    try (Workbench bench = new Workbench(kernels, 1, seed)) {
      return Ledger.measure(claim, bench).verdict();
    }
  }

  private static void assertBroken(Claim claim) {
    assertEquals(
        Verdict.DOES_NOT_HOLD, verdict(claim, KernelsChoice.best(), Workbench.DEFAULT_SEED));
  }

  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForAnySeed() {
    for (long seed = 0; seed < 3; seed++) {
      for (Claim claim : MixtureClaims.all()) {
        assertEquals(
            Ledger.pinnedVerdicts().get(claim.id()),
            verdict(claim, KernelsChoice.best(), seed),
            claim.id() + ", seed " + seed);
      }
    }
  }

  @Test
  @Tag("long")
  void verdictsAreThoseOfPlainKernels() {
    for (Claim claim : MixtureClaims.all()) {
      assertEquals(Ledger.pinnedVerdicts().get(claim.id()), verdict(claim, PlainKernels.PLAIN, 3));
    }
  }

  @Test
  void anotherNumberOfExpertsIsSeen() {
    for (int k : new int[] {1, 3}) {
      assertBroken(MixtureClaims.top2(k, Gating.TOP_K_THEN_SOFTMAX));
      assertBroken(MixtureClaims.sparse(k));
      assertBroken(MixtureClaims.memory(k, MixtureOfExperts::parametersTouched));
      assertBroken(MixtureClaims.mixtral(mixtral(8, k), MoeAccounting::activeParameters));
    }
    assertBroken(MixtureClaims.mixtral(mixtral(7, 2), MoeAccounting::activeParameters));
  }

  @Test
  void weightsThatDoNotSumToOneAreSeen() {
    assertBroken(MixtureClaims.top2(MixtureClaims.K, Gating.SOFTMAX_THEN_TOP_K));
    assertBroken(MixtureClaims.top2(MixtureClaims.K, Gating.UNWEIGHTED));
    assertEquals(
        Verdict.HOLDS,
        verdict(
            MixtureClaims.top2(MixtureClaims.K, Gating.SOFTMAX_THEN_TOP_K_RENORMALISED),
            KernelsChoice.best(),
            7));
  }

  @Test
  void countingAllExpertsIsSeen() {
    assertBroken(MixtureClaims.mixtral(ModelShape.MIXTRAL_8X7B, MoeAccounting::parameters));
    assertBroken(MixtureClaims.memory(MixtureClaims.K, (layer, dispatch) -> layer.parameters()));
    assertBroken(MixtureClaims.sparse(MixtureClaims.EXPERTS));
  }

  private static ModelShape mixtral(int experts, int active) {
    ModelShape m = ModelShape.MIXTRAL_8X7B;
    return new ModelShape(
        m.name(),
        m.kind(),
        m.layers(),
        m.dModel(),
        m.attention(),
        new ModelShape.FeedForward(m.feedForward().dFf(), experts, active),
        m.embedding());
  }
}

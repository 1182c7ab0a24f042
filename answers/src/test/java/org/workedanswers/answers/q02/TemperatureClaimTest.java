package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.core.BlockedKernels;

class TemperatureClaimTest {
  private static Verdict verdict(Claim claim, long seed) {
    try (Workbench bench = new Workbench(BlockedKernels.BLOCKED, 1, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  @Test
  void holdsForAnySeed() {
    for (long seed = 1; seed < 5; seed++) {
      assertEquals(Verdict.HOLDS, verdict(TemperatureClaim.standard(), seed), "seed " + seed);
    }
  }

  @Test
  void seesATemperatureThatDoesNothingAndAModelThatKnowsNothing() {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(TemperatureClaim.of(t -> 1, 500), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(TemperatureClaim.of(t -> 0, 500), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(TemperatureClaim.of(t -> 1.5 - t, 500), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(TemperatureClaim.of(t -> t, 0), 1));
  }
}

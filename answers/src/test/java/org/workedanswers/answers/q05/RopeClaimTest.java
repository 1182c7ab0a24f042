package org.workedanswers.answers.q05;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.attention.NtkScaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.core.PlainKernels;

class RopeClaimTest {
  private static Verdict verdict(Claim claim, long seed) {
    try (Workbench bench = new Workbench(PlainKernels.PLAIN, 1, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  @Test
  void holdsIfScaledForAnySeed() {
    for (long seed = 1; seed < 4; seed++) {
      assertEquals(Verdict.HOLDS_IF, verdict(RopeClaim.standard(), seed));
    }
  }

  @Test
  void seesPositionsThatAreNotRelativeAndScalingsThatAreNone() {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(RopeClaim.of(s -> s, j -> j + 1), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(RopeClaim.of(s -> s, j -> j / 2), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(RopeClaim.of(s -> RopeScaling.plain(), j -> j), 1));
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(RopeClaim.of(s -> new NtkScaling(4), j -> j), 1));
    RopeScaling tooFar = new PositionInterpolation(64);
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(RopeClaim.of(s -> tooFar, j -> j), 1));
  }

  @Test
  void wherePlainPositionsServeTheVerdictIsAnother() {
    RopeScaling four = new PositionInterpolation(4);
    assertEquals(Verdict.HOLDS, verdict(RopeClaim.of(s -> four, j -> j), 1));
  }

  @Test
  void aScalingByOneIsNone() {
    RopeClaim.scalings(1, 64, 10000, 16)
        .forEach(
            (name, s) -> {
              double[] plain = RopeScaling.plain().frequencies(16, 10000, 65);
              double[] own = s.frequencies(16, 10000, 65);
              for (int p = 0; p < own.length; p++) {
                assertTrue(Math.abs(own[p] - plain[p]) < 1e-12, name);
              }
            });
  }
}

package org.workedanswers.answers.q14;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.PlainKernels;

class KindsAnswerTest {
  @Test
  void transcript() throws IOException {
    Transcript.check("q14", "14");
  }

  private static Verdict verdict(Mask reads, Mask writes, Kernels kernels, long seed) {
    try (Workbench bench = new Workbench(kernels, 1, seed)) {
      return Ledger.measure(KindsClaim.table(reads, writes), bench).verdict();
    }
  }

  @Test
  void theVerdictIsThePinnedOneForAnySeed() {
    for (long seed : new long[] {42, 1, 7, 3, 11}) {
      for (Kernels kernels : new Kernels[] {PlainKernels.PLAIN, KernelsChoice.best()}) {
        assertEquals(
            Ledger.pinnedVerdicts().get("q14.table"),
            verdict(Mask.full(), Mask.causal(), kernels, seed));
      }
    }
  }

  @Test
  void otherMasksAreSeen() {
    Kernels kernels = KernelsChoice.best();
    Verdict not = Verdict.DOES_NOT_HOLD;
    assertEquals(not, verdict(Mask.causal(), Mask.causal(), kernels, 42));
    assertEquals(not, verdict(Mask.full(), Mask.full(), kernels, 42));
    assertEquals(not, verdict(Mask.full(), Mask.slidingWindow(4), kernels, 42));
    assertEquals(not, verdict(Mask.window(4, 4), Mask.causal(), kernels, 42));
    assertEquals(not, verdict(Mask.full(), Mask.window(10, 1), kernels, 42));
  }
}

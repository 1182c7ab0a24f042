package org.workedanswers.answers.q05;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Counts;
import org.workedanswers.attention.FlashAttention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;

/**
 * The verdicts as they are, for any seed and all kernels, and as they turn when something is
 * broken.
 */
class ContextClaimsTest {
  private static Verdict verdict(Claim claim, Kernels kernels, long seed) {
    try (Workbench bench = new Workbench(kernels, 1, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  private static void assertBroken(Claim claim) {
    assertEquals(
        Verdict.DOES_NOT_HOLD, verdict(claim, KernelsChoice.best(), Workbench.DEFAULT_SEED));
  }

  private static void assertPinned(Kernels kernels) {
    for (Claim claim : ContextClaims.all()) {
      assertEquals(Ledger.pinnedVerdicts().get(claim.id()), verdict(claim, kernels, 3), claim.id());
    }
  }

  @Test
  void verdictsAreThePinnedOnes() {
    assertPinned(KernelsChoice.best());
  }

  @Test
  @Tag("long")
  void andSoWithoutVectors() {
    assertPinned(PlainKernels.PLAIN);
  }

  @Test
  @Tag("long")
  void andSoForAnySeed() {
    for (long seed = 10; seed < 13; seed++) {
      for (Claim claim :
          List.of(
              ContextClaims.flash(FlashAttention::new),
              ContextClaims.window(Mask::slidingWindow),
              ContextClaims.global(n -> Mask.windowWithGlobal(Mask.window(4, 4), 0)))) {
        assertEquals(Verdict.HOLDS, verdict(claim, KernelsChoice.best(), seed), claim.id());
      }
    }
  }

  @Test
  void memorySeesScoresThatAreNotHeld() {
    assertBroken(ContextClaims.memory(FlashAttention::new));
  }

  @Test
  void quadraticSeesLessWork() {
    assertBroken(ContextClaims.quadratic(FlashAttention::new, Mask.slidingWindow(64)));
    assertBroken(ContextClaims.quadratic(FlashAttention::new, Mask.causal()));
  }

  @Test
  void flashSeesScratchThatGrowsWithTheScores() {
    assertBroken(ContextClaims.flash(PlainAttention::new));
  }

  /** One step of the online softmax left out. */
  enum Forgotten {
    OUTPUT_IS_NOT_BROUGHT_DOWN,
    SUM_IS_NOT_BROUGHT_DOWN,
    NO_DIVISION,
    NO_SCALE,
    LAST_KEY
  }

  @ParameterizedTest
  @EnumSource
  void flashSeesAStepForgotten(Forgotten step) {
    assertBroken(ContextClaims.flash(kernels -> new Broken(kernels, step)));
  }

  /** Flash attention's scratch, and its recurrence key by key with one step left out. */
  private record Broken(Kernels kernels, Forgotten forgotten) implements Attention {
    @Override
    public String name() {
      return "broken";
    }

    @Override
    public long scratchBytes(int n, int m, int dk, int dv) {
      return new FlashAttention(kernels).scratchBytes(n, m, dk, dv);
    }

    @Override
    public Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
      Counts counts = new FlashAttention(kernels).attend(q, k, v, mask, output);
      if (q.rows() == 2048) {
        return counts; // only its scratch is looked at
      }
      int shift = k.rows() - q.rows();
      double scale = forgotten == Forgotten.NO_SCALE ? 1 : 1 / Math.sqrt(q.cols());
      int keys = forgotten == Forgotten.LAST_KEY ? k.rows() - 1 : k.rows();
      for (int i = 0; i < q.rows(); i++) {
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        double[] o = new double[v.cols()];
        for (int j = 0; j < keys && mask.allowed(shift + i, j); j++) {
          double s =
              scale
                  * PlainKernels.PLAIN.dot(
                      q.cols(), q.data(), q.index(i, 0), k.data(), k.index(j, 0));
          double alpha = s > max ? Math.exp(max - s) : 1;
          max = Math.max(max, s);
          double p = Math.exp(s - max);
          sum = p + sum * (forgotten == Forgotten.SUM_IS_NOT_BROUGHT_DOWN ? 1 : alpha);
          for (int c = 0; c < o.length; c++) {
            boolean kept = forgotten == Forgotten.OUTPUT_IS_NOT_BROUGHT_DOWN;
            o[c] = p * v.get(j, c) + o[c] * (kept ? 1 : alpha);
          }
        }
        for (int c = 0; c < o.length; c++) {
          output.set(i, c, (float) (o[c] / (forgotten == Forgotten.NO_DIVISION ? 1 : sum)));
        }
      }
      return counts;
    }
  }

  @Test
  void scratchThatIsNotAsForetoldIsRefused() {
    Function<Kernels, Attention> liar =
        kernels ->
            new Attention() {
              private final Attention plain = new PlainAttention(kernels);

              @Override
              public String name() {
                return "liar";
              }

              @Override
              public long scratchBytes(int n, int m, int dk, int dv) {
                return 8L * n;
              }

              @Override
              public Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
                return plain.attend(q, k, v, mask, output);
              }
            };
    Claim claim = ContextClaims.flash(liar);
    assertThrows(
        IllegalStateException.class, () -> verdict(claim, KernelsChoice.best(), 1), "a liar");
  }

  @Test
  void windowSeesOneKeyMoreOrLessAndOneToBothSides() {
    assertBroken(ContextClaims.window(w -> Mask.slidingWindow(w + 1)));
    assertBroken(ContextClaims.window(w -> Mask.slidingWindow(w - 1)));
    assertBroken(ContextClaims.window(w -> Mask.window(w / 2, w / 2)));
  }

  @Test
  void globalSeesAMaskWithoutGlobalTokensAndOneWithoutAnEnd() {
    assertBroken(ContextClaims.global(n -> Mask.window(4, 4)));
    assertBroken(ContextClaims.global(n -> Mask.full()));
    assertBroken(
        ContextClaims.global(n -> Mask.causal().and(Mask.windowWithGlobal(Mask.window(4, 4), 0))));
    assertBroken(ContextClaims.global(n -> Mask.windowWithGlobal(Mask.window(4, 4), tenth(n))));
  }

  private static int[] tenth(int n) {
    int[] globals = new int[n / 10];
    for (int g = 0; g < globals.length; g++) {
      globals[g] = 10 * g;
    }
    return globals;
  }
}

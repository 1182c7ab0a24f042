package org.workedanswers.answers.q02;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.attention.Mask;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.moe.MixtureOfExperts;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.FeedForwardPart;
import org.workedanswers.transformer.NormPlace;
import org.workedanswers.transformer.Positions;
import org.workedanswers.transformer.Workspace;

/**
 * The verdicts as they are, for any seed and all kernels, and as they turn when something is
 * broken.
 */
class TransformerClaimsTest {
  private static Verdict verdict(Claim claim, Kernels kernels, long seed) {
    try (Workbench bench = new Workbench(kernels, 1, seed)) {
      return Ledger.measure(claim, bench).verdict();
    }
  }

  private static Verdict verdict(Claim claim) {
    return verdict(claim, KernelsChoice.best(), Workbench.DEFAULT_SEED);
  }

  private static void assertBroken(Claim claim) {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(claim));
  }

  private static void assertPinned(Kernels kernels, long... seeds) {
    for (long seed : seeds) {
      for (Claim claim : TransformerClaims.all()) {
        assertEquals(
            Ledger.pinnedVerdicts().get(claim.id()),
            verdict(claim, kernels, seed),
            claim.id() + ", seed " + seed);
      }
    }
  }

  @Test
  void verdictsAreThePinnedOnes() {
    assertPinned(KernelsChoice.best(), 1);
  }

  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForAnySeed() {
    assertPinned(KernelsChoice.best(), 42, 7, 3, 11);
  }

  @Test
  @Tag("long")
  void verdictsAreThoseOfPlainKernels() {
    assertPinned(PlainKernels.PLAIN, 3);
  }

  @Test
  void causalSeesAMaskThatLetsTheFutureIn() {
    assertBroken(MaskClaims.causal(Mask.full()));
    assertBroken(MaskClaims.causal(Mask.window(20, 1)));
  }

  @Test
  void causalSeesAMaskThatHidesThePast() {
    assertBroken(MaskClaims.causal(Mask.slidingWindow(2)));
  }

  @Test
  void bidirectionalSeesAMaskToOneSide() {
    assertBroken(MaskClaims.bidirectional(Mask.causal()));
    assertBroken(MaskClaims.bidirectional(Mask.window(0, 20)));
  }

  @Test
  void positionSeesPositionsWhereNoneShouldBe() {
    assertBroken(OrderClaims.position(Positions.LEARNED, Mask.causal()));
    assertBroken(OrderClaims.position(Positions.ROTARY, Mask.causal()));
  }

  /** Where every token sees every token there is no condition. */
  @Test
  void positionWithoutACausalMaskHolds() {
    assertEquals(Verdict.HOLDS, verdict(OrderClaims.position(Positions.NONE, Mask.full())));
  }

  @Test
  void feedForwardSeesPositionsThatMix() {
    assertBroken(OrderClaims.feedForward(part -> new Mixing(part, false)));
    assertBroken(OrderClaims.feedForward(part -> new Mixing(part, true)));
  }

  /** Adds a thousandth of the first row, or of the mean of all rows, to every row. */
  private record Mixing(FeedForwardPart part, boolean mean) implements FeedForwardPart {
    @Override
    public int width() {
      return part.width();
    }

    @Override
    public Optional<MixtureOfExperts.Trace> apply(
        Compute compute, Workspace workspace, Matrix x, Matrix y) {
      part.apply(compute, workspace, x, y);
      Matrix before = y.copy();
      for (int i = 0; i < y.rows(); i++) {
        for (int j = 0; j < y.cols(); j++) {
          float other = 0;
          for (int k = 0; k < (mean ? y.rows() : 1); k++) {
            other += before.get(k, j) / (mean ? y.rows() : 1);
          }
          y.set(i, j, y.get(i, j) + 1e-3f * other);
        }
      }
      return Optional.empty();
    }

    @Override
    public long parameters() {
      return part.parameters();
    }

    @Override
    public long bytes() {
      return part.bytes();
    }
  }

  @Test
  void preNormSeesNormsInTheOtherPlace() {
    NormDepth.Both right;
    try (Workbench bench = Workbench.standard()) {
      right = NormDepth.both(bench, NormPlace.PRE, NormPlace.POST);
    }
    NormDepth pre = right.pre();
    NormDepth post = right.post();
    double[] preLast = right.preLast();
    double[] postLast = right.postLast();
    assertEquals(Verdict.HOLDS, verdict(NormClaim.preNorm(bench -> right)));
    assertBroken(NormClaim.preNorm(bench -> new NormDepth.Both(post, pre, postLast, preLast)));
    assertBroken(NormClaim.preNorm(bench -> new NormDepth.Both(pre, pre, preLast, preLast)));
    assertBroken(NormClaim.preNorm(bench -> new NormDepth.Both(post, post, postLast, postLast)));
  }

  @Test
  void headsSeesHeadsThatAreAllAlike() {
    assertBroken(HeadClaim.heads(bench -> HeadProfiles.both(bench, TransformerClaimsTest::alike)));
  }

  private static List<Matrix> alike(List<Matrix> heads) {
    Matrix mean = Matrix.zeros(heads.get(0).rows(), heads.get(0).cols());
    for (Matrix head : heads) {
      for (int i = 0; i < mean.data().length; i++) {
        mean.data()[i] += head.data()[i] / heads.size();
      }
    }
    List<Matrix> alike = new ArrayList<>();
    heads.forEach(h -> alike.add(mean));
    return alike;
  }

  @Test
  void headsSeesHeadsWithoutHabits() {
    assertBroken(
        HeadClaim.heads(
            bench -> {
              HeadProfiles.Both both = HeadProfiles.both(bench, weights -> weights);
              return new HeadProfiles.Both(both.shuffled(), both.shuffled());
            }));
    assertBroken(
        HeadClaim.heads(
            bench -> {
              HeadProfiles.Both both = HeadProfiles.both(bench, weights -> weights);
              return new HeadProfiles.Both(both.real(), both.real());
            }));
  }
}

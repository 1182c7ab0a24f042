package org.workedanswers.answers.q04;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.attention.Scale;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;

/**
 * The verdicts as they are, for any seed and all kernels, and as they turn when something is
 * broken.
 */
class AttentionClaimsTest {
  private static Verdict verdict(Claim claim, Kernels kernels, long seed) {
    try (Workbench bench = new Workbench(kernels, 1, seed)) {
      return claim.rule().judge(claim.measurement().measure(bench).value());
    }
  }

  private static void assertBroken(Claim claim) {
    assertEquals(
        Verdict.DOES_NOT_HOLD, verdict(claim, KernelsChoice.best(), Workbench.DEFAULT_SEED));
  }

  @Test
  @Tag("long")
  void verdictsAreThePinnedOnesForAnySeed() {
    for (long seed = 0; seed < 5; seed++) {
      for (Claim claim : AttentionClaims.all()) {
        assertEquals(
            Ledger.pinnedVerdicts().get(claim.id()),
            verdict(claim, KernelsChoice.best(), seed),
            claim.id() + ", seed " + seed);
      }
    }
  }

  @Test
  void verdictsAreThoseOfPlainKernels() {
    for (Claim claim : AttentionClaims.all()) {
      assertEquals(Ledger.pinnedVerdicts().get(claim.id()), verdict(claim, PlainKernels.PLAIN, 3));
    }
  }

  @Test
  void shapeSeesScoresOfOtherShapes() {
    // Columns against columns: d_k x d_k, as in attention over channels.
    assertBroken(AttentionClaims.shape((kernels, q, k) -> kernels.multiply(q.transposed(), k)));
    assertBroken(
        AttentionClaims.shape(
            (kernels, q, k) -> kernels.multiplyTransposed(q, k.rows(1, k.rows()))));
  }

  @Test
  void rowsSeesWeightsThatDoNotSumToOne() {
    assertBroken(AttentionClaims.rows(k -> withSoftmax(k, AttentionClaimsTest::undivided)));
    assertBroken(AttentionClaims.rows(k -> withSoftmax(k, AttentionClaimsTest::overColumns)));
    assertBroken(AttentionClaims.rows(k -> withSoftmax(k, m -> m.fill(1f / m.cols() - 1e-4f))));
  }

  private static void undivided(Matrix m) {
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        m.set(i, j, (float) Math.exp(m.get(i, j)));
      }
    }
  }

  private static void overColumns(Matrix m) {
    Matrix t = m.transposed();
    PlainKernels.PLAIN.softmaxRows(t);
    m.set(t.transposed());
  }

  /** The same kernels with another softmax of rows. */
  private static Kernels withSoftmax(Kernels kernels, Consumer<Matrix> softmax) {
    return (Kernels)
        java.lang.reflect.Proxy.newProxyInstance(
            Kernels.class.getClassLoader(),
            new Class<?>[] {Kernels.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("softmaxRows")) {
                softmax.accept((Matrix) arguments[0]);
                return null;
              }
              return method.invoke(kernels, arguments);
            });
  }

  @Test
  void varianceSeesAWrongScale() {
    assertBroken(AttentionClaims.variance(Scale.NONE));
    assertBroken(AttentionClaims.variance(dk -> 1f / dk));
    assertBroken(AttentionClaims.variance(dk -> (float) (1 / Math.sqrt(2.0 * dk))));
    assertBroken(AttentionClaims.variance(dk -> (float) (1 / Math.sqrt(64))));
  }

  @Test
  void saturationSeesAWrongScale() {
    assertBroken(AttentionClaims.saturation(Scale.NONE));
    assertBroken(AttentionClaims.saturation(dk -> 1f / dk));
    assertBroken(AttentionClaims.saturation(dk -> (float) (1 / Math.sqrt(64))));
  }
}

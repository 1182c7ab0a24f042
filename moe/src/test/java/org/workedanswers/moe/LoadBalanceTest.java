package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.core.PlainKernels.PLAIN;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class LoadBalanceTest {
  @Test
  void evenIsOneAndAllToOneIsE() {
    int experts = 8;
    Matrix even = Matrix.zeros(experts, experts);
    Matrix one = Matrix.zeros(experts, experts);
    for (int t = 0; t < experts; t++) {
      even.set(t, t, 1);
      one.set(t, 3, 200);
    }
    assertEquals(1, LoadBalance.loss(Routing.of(PLAIN, even, 1, Gating.SOFTMAX_THEN_TOP_K)), 1e-6);
    assertEquals(8, LoadBalance.loss(Routing.of(PLAIN, one, 1, Gating.SOFTMAX_THEN_TOP_K)), 1e-6);
    Routing all = Routing.of(PLAIN, one, experts, Gating.SOFTMAX_THEN_TOP_K);
    assertEquals(1, LoadBalance.loss(all), 1e-6, "who chooses all can't choose unevenly");
  }

  @Test
  void aWorkedExample() {
    // logits ln 3, ln 1: probabilities 3/4, 1/4; and the other way round once in four
    float ln3 = (float) Math.log(3);
    Matrix logits = Matrix.of(new float[][] {{ln3, 0}, {ln3, 0}, {ln3, 0}, {0, ln3}});
    Routing routing = Routing.of(PLAIN, logits, 1, Gating.SOFTMAX_THEN_TOP_K);
    assertArrayEquals(new double[] {0.75, 0.25}, LoadBalance.choiceShares(routing));
    // P = (3 · 3/4 + 1/4) / 4 = 5/8
    assertArrayEquals(new double[] {0.625, 0.375}, LoadBalance.meanProbabilities(routing), 1e-7);
    assertEquals(2 * (0.75 * 0.625 + 0.25 * 0.375), LoadBalance.loss(routing), 1e-6);
  }

  /**
   * The form of the Transformers library: mean over tokens of one-hot choices and probabilities.
   */
  @Test
  void agreesWithTheOneHotForm() {
    for (long seed = 0; seed < 50; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int n = 1 + random.below(33);
      int experts = 1 + random.below(17);
      int k = 1 + random.below(experts);
      Routing routing =
          Routing.of(PLAIN, random.gaussian(n, experts, 2), k, Gating.TOP_K_THEN_SOFTMAX);
      double sum = 0;
      for (int rank = 0; rank < k; rank++) {
        for (int e = 0; e < experts; e++) {
          double chosen = 0;
          double probability = 0;
          for (int t = 0; t < n; t++) {
            chosen += routing.experts()[t][rank] == e ? 1.0 / n : 0;
            probability += routing.probabilities().get(t, e) / (double) n;
          }
          sum += chosen * probability;
        }
      }
      assertEquals(experts * sum, k * LoadBalance.loss(routing), 1e-9 * experts);
      assertTrue(LoadBalance.loss(routing) > 0);
    }
  }
}

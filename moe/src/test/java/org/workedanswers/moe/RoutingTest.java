package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.core.PlainKernels.PLAIN;
import static org.workedanswers.moe.FeedForwardTest.assertMessage;
import static org.workedanswers.moe.Gating.SOFTMAX_THEN_TOP_K;
import static org.workedanswers.moe.Gating.SOFTMAX_THEN_TOP_K_RENORMALISED;
import static org.workedanswers.moe.Gating.TOP_K_THEN_SOFTMAX;
import static org.workedanswers.moe.Gating.UNWEIGHTED;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class RoutingTest {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  private static Routing route(Gating gating, int k, float... logits) {
    return Routing.of(PLAIN, Matrix.wrap(logits, 1, logits.length), k, gating);
  }

  @Test
  void theLargestLogitsAreChosenAndWeighedAsTheFormulasSay() {
    for (long seed = 0; seed < 200; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int experts = 1 + random.below(65);
      int k = 1 + random.below(experts);
      Matrix logits = random.gaussian(1 + random.below(7), experts, 1 + random.below(20));
      if (random.coin()) { // coarse values, so that there are ties
        for (int i = 0; i < logits.data().length; i++) {
          logits.data()[i] = Math.round(logits.data()[i]);
        }
      }
      for (Kernels kernels : Reference.KERNELS) {
        for (Gating gating : Gating.values()) {
          check(Routing.of(kernels, logits, k, gating), gating, "seed " + seed + " " + gating);
        }
      }
    }
  }

  private static void check(Routing routing, Gating gating, String what) {
    int k = routing.k();
    double relative = (routing.expertCount() + k + 20) * 0x1p-23;
    for (int t = 0; t < routing.tokens(); t++) {
      float[] h = routing.logits().row(t);
      // sorted() keeps equal logits in the order of their numbers
      int[] best =
          IntStream.range(0, h.length)
              .boxed()
              .sorted(Comparator.comparing((Integer e) -> -h[e]))
              .mapToInt(e -> e)
              .limit(k)
              .toArray();
      assertArrayEquals(best, routing.experts()[t], what);
      double all = 0;
      double chosen = 0;
      for (float value : h) {
        all += Math.exp(value - h[best[0]]);
      }
      for (int e : best) {
        chosen += Math.exp(h[e] - h[best[0]]);
      }
      double sum = 0;
      for (int j = 0; j < k; j++) {
        double e = Math.exp(h[best[j]] - h[best[0]]);
        double expected =
            switch (gating) {
              case TOP_K_THEN_SOFTMAX, SOFTMAX_THEN_TOP_K_RENORMALISED -> e / chosen;
              case SOFTMAX_THEN_TOP_K -> e / all;
              case UNWEIGHTED -> 1;
            };
        assertEquals(expected, routing.weights().get(t, j), relative * expected + 1e-37, what);
        assertEquals(
            e / all, routing.probabilities().get(t, best[j]), relative * e / all + 1e-37, what);
        sum += routing.weights().get(t, j);
      }
      double expectedSum =
          switch (gating) {
            case TOP_K_THEN_SOFTMAX, SOFTMAX_THEN_TOP_K_RENORMALISED -> 1;
            case SOFTMAX_THEN_TOP_K -> chosen / all;
            case UNWEIGHTED -> k;
          };
      assertEquals(expectedSum, sum, relative * expectedSum, what);
    }
  }

  @Test
  void theTwoOrdersOfSoftmaxAgreeExactlyWhenTheSecondIsRenormalised() {
    float[] h = {2, -1, 0.5f, 1.5f};
    float[] first = route(TOP_K_THEN_SOFTMAX, 2, h).weights().data();
    float[] renormalised = route(SOFTMAX_THEN_TOP_K_RENORMALISED, 2, h).weights().data();
    float[] raw = route(SOFTMAX_THEN_TOP_K, 2, h).weights().data();
    assertArrayEquals(first, renormalised, 1e-6f);
    assertEquals(1 / (1 + Math.exp(-0.5)), first[0], 1e-6);
    assertTrue(raw[0] + raw[1] < 0.87, "the two not chosen keep their share");
    // with all of them chosen there is nothing to renormalise
    assertArrayEquals(
        route(TOP_K_THEN_SOFTMAX, 4, h).weights().data(),
        route(SOFTMAX_THEN_TOP_K, 4, h).weights().data(),
        1e-6f);
  }

  @Test
  void aSingleExpertHasWeightOneExactly() {
    for (long seed = 0; seed < 300; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Matrix logits = random.gaussian(1, 1 + random.below(64), 10);
      for (Kernels kernels : Reference.KERNELS) {
        for (Gating g : new Gating[] {TOP_K_THEN_SOFTMAX, SOFTMAX_THEN_TOP_K_RENORMALISED}) {
          assertEquals(1f, Routing.of(kernels, logits, 1, g).weights().get(0, 0));
        }
      }
    }
  }

  @Test
  void amongEqualLogitsTheLowerNumberComesFirst() {
    assertArrayEquals(new int[] {1, 3, 0}, route(UNWEIGHTED, 3, 0, 5, 0, 5, 0).experts()[0]);
    assertArrayEquals(new int[] {0, 1}, route(UNWEIGHTED, 2, 7, 7, 7, 7).experts()[0]);
    assertArrayEquals(new int[] {0, 1}, route(UNWEIGHTED, 2, -0f, 0f).experts()[0]);
  }

  @Test
  void aSmallProbabilityThatUnderflowsIsStillChosenByItsLogit() {
    Routing routing = route(SOFTMAX_THEN_TOP_K_RENORMALISED, 2, 0, -900, -800);
    assertArrayEquals(new int[] {0, 2}, routing.experts()[0]);
    assertArrayEquals(new float[] {1, 0}, routing.weights().data());
  }

  @Test
  void nanIsChosenLastAndSeenInAllWeightsOfItsToken() {
    for (Gating gating : Gating.values()) {
      assertArrayEquals(new int[] {2, 1}, route(gating, 2, NAN, 1, 2).experts()[0]);
      assertArrayEquals(new int[] {1, 0, 2}, route(gating, 3, NAN, -INF, NAN).experts()[0]);
      assertArrayEquals(new float[] {NAN, NAN}, route(gating, 2, NAN, 1, 2).weights().data());
      assertArrayEquals(new float[] {NAN, NAN}, route(gating, 2, 3, 1, INF).weights().data());
      Routing two = Routing.of(PLAIN, Matrix.of(new float[][] {{NAN, 1, 2}, {2, 1, 0}}), 2, gating);
      assertArrayEquals(
          route(gating, 2, 2, 1, 0).weights().data(), two.weights().row(1), "the other token");
    }
  }

  @Test
  void minusInfinityDoesNotCount() {
    for (Gating gating : Gating.values()) {
      Routing routing = route(gating, 2, -INF, 4, -INF);
      assertArrayEquals(new int[] {1, 0}, routing.experts()[0]);
      assertArrayEquals(new float[] {1, 0}, routing.weights().data());
      assertArrayEquals(new float[] {0, 0}, route(gating, 2, -INF, -INF, -INF).weights().data());
    }
  }

  @Test
  void loadCountsEveryChoice() {
    Matrix logits = Matrix.of(new float[][] {{3, 2, 1}, {3, 1, 2}, {0, 1, 2}});
    assertArrayEquals(new int[] {2, 2, 2}, Routing.of(PLAIN, logits, 2, UNWEIGHTED).load());
    assertArrayEquals(new int[] {2, 0, 1}, Routing.of(PLAIN, logits, 1, UNWEIGHTED).load());
  }

  @Test
  void theRouterIsAProductAndTheInputIsLeftAlone() {
    SeededRandom random = new SeededRandom(4);
    Matrix w = Reference.view(random, 7, 5);
    Matrix x = Reference.view(random, 3, 7);
    Matrix before = x.copy();
    Routing routing = new Router(w, 2, TOP_K_THEN_SOFTMAX).route(PLAIN, x);
    assertArrayEquals(PLAIN.multiply(x, w).data(), routing.logits().data());
    assertArrayEquals(before.toArray(), x.toArray());
    assertEquals(3 * 7 * 5, new Router(w, 2, UNWEIGHTED).multiplyAdds(3));
    assertEquals(5, routing.expertCount());
  }

  @Test
  void noTokens() {
    Routing routing = Routing.of(PLAIN, Matrix.zeros(0, 8), 2, TOP_K_THEN_SOFTMAX);
    assertEquals(0, routing.tokens());
    assertEquals(0, Arrays.stream(routing.load()).sum());
    assertEquals(0, LoadBalance.loss(routing));
  }

  @Test
  void kOutsideOfItsRange() {
    Matrix w = Matrix.zeros(4, 8);
    assertMessage(
        "k is 9 and there are 8 experts: k must be in 1..8", () -> new Router(w, 9, UNWEIGHTED));
    assertMessage("k is 0 and there are 8 experts", () -> new Router(w, 0, UNWEIGHTED));
    assertMessage("k is -1", () -> Routing.of(PLAIN, w, -1, UNWEIGHTED));
    assertMessage(
        "k is 1 and there are 0 experts",
        () -> Routing.of(PLAIN, Matrix.zeros(4, 0), 1, UNWEIGHTED));
    assertMessage(
        "x is 2 x 5 and the router's weights are 4 x 8: x must have 4 columns",
        () -> new Router(w, 2, UNWEIGHTED).route(PLAIN, Matrix.zeros(2, 5)));
  }
}

package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.core.PlainKernels.PLAIN;
import static org.workedanswers.moe.FeedForwardTest.assertMessage;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class MixtureOfExpertsTest {
  private static final int[] WIDTHS = {1, 2, 3, 7, 17, 33};

  /** A layer with the weights that it was made of. */
  private record Case(MixtureOfExperts layer, List<Reference.Layer> experts, Matrix x) {}

  private static Case random(long seed) {
    SeededRandom random = new SeededRandom(seed);
    int width = WIDTHS[random.below(WIDTHS.length)];
    int count = 1 + random.below(9);
    List<Reference.Layer> experts = new ArrayList<>();
    for (int e = 0; e < count; e++) {
      experts.add(Reference.random(random, width, 1 + random.below(34))); // of unequal size
    }
    Gating gating = Gating.values()[random.below(Gating.values().length)];
    Router router =
        new Router(Reference.view(random, width, count), 1 + random.below(count), gating);
    MixtureOfExperts layer =
        new MixtureOfExperts(router, experts.stream().map(Reference.Layer::layer).toList());
    return new Case(layer, experts, Reference.view(random, random.below(34), width));
  }

  @Test
  void everyTokenGetsTheWeightedSumOfItsExperts() {
    for (long seed = 0; seed < 150; seed++) {
      Case c = random(seed);
      for (Kernels kernels : Reference.KERNELS) {
        MixtureOfExperts.Trace trace = c.layer().trace(kernels, Loop.sequential(), c.x());
        Routing routing = trace.routing();
        double[][] expected = new double[c.x().rows()][c.x().cols()];
        for (int t = 0; t < expected.length; t++) {
          for (int rank = 0; rank < routing.k(); rank++) {
            double[] y = c.experts().get(routing.experts()[t][rank]).apply(c.x().row(t));
            for (int j = 0; j < y.length; j++) {
              expected[t][j] += routing.weights().get(t, rank) * y[j];
            }
          }
        }
        Reference.assertClose(expected, trace.output(), 3e-4, "seed " + seed);
      }
    }
  }

  @Test
  void oneThreadAndTwoGiveTheSameBits() {
    try (Threads two = Threads.of(2)) {
      for (long seed = 0; seed < 60; seed++) {
        Case c = random(seed);
        for (Kernels kernels : Reference.KERNELS) {
          assertArrayEquals(
              c.layer().apply(kernels, c.x()).data(), c.layer().apply(kernels, two, c.x()).data());
        }
      }
    }
  }

  @Test
  void aTokenAloneHasTheBitsOfATokenAmongOthers() {
    for (long seed = 0; seed < 60; seed++) {
      Case c = random(seed);
      for (Kernels kernels : Reference.KERNELS) {
        Matrix all = c.layer().apply(kernels, c.x());
        for (int t = 0; t < c.x().rows(); t++) {
          assertArrayEquals(
              all.row(t), c.layer().apply(kernels, c.x().rows(t, t + 1)).data(), "seed " + seed);
        }
      }
    }
  }

  @Test
  void eachExpertRunsOnceOnTheTokensThatChoseIt() {
    for (long seed = 0; seed < 60; seed++) {
      Case c = random(seed);
      CountingKernels counting = new CountingKernels(PLAIN);
      MixtureOfExperts.Trace trace = c.layer().trace(counting, Loop.sequential(), c.x());
      int[] load = trace.routing().load();
      long expected = c.layer().router().multiplyAdds(c.x().rows());
      long touched = (long) c.x().cols() * load.length;
      for (int e = 0; e < load.length; e++) {
        assertEquals(load[e], trace.dispatch().served(e));
        expected += c.layer().experts().get(e).multiplyAdds(load[e]);
        touched += load[e] > 0 ? c.layer().experts().get(e).parameters() : 0;
      }
      assertEquals(expected, counting.multiplyAdds());
      assertEquals(touched, c.layer().parametersTouched(trace.dispatch()));
      assertTrue(touched <= c.layer().parameters());
    }
  }

  @Test
  void theTraceHoldsWhatTheOutputIsMadeOf() {
    Case c = random(17);
    MixtureOfExperts.Trace trace = c.layer().trace(PLAIN, Loop.sequential(), c.x());
    assertTrue(c.x().rows() > 3);
    for (int t = 0; t < c.x().rows(); t++) {
      for (int rank = 0; rank < trace.routing().k(); rank++) {
        FeedForward expert = c.layer().experts().get(trace.routing().experts()[t][rank]);
        assertArrayEquals(
            expert.apply(PLAIN, c.x().rows(t, t + 1)).data(),
            trace.expertOutputs().row(trace.dispatch().row(t, rank)));
      }
    }
  }

  @Test
  void aDroppedChoiceAddsNothingAndTheOtherWeightsStay() {
    for (long seed = 0; seed < 100; seed++) {
      Case c = random(seed);
      Routing routing = c.layer().router().route(PLAIN, c.x());
      Dispatch dispatch = Dispatch.of(routing, 2);
      MixtureOfExperts.Trace trace =
          c.layer().trace(PLAIN, Loop.sequential(), c.x(), routing, dispatch);
      for (int t = 0; t < c.x().rows(); t++) {
        float[] sum = new float[c.x().cols()];
        for (int rank = 0; rank < routing.k(); rank++) {
          if (dispatch.row(t, rank) == Dispatch.DROPPED) {
            continue;
          }
          Matrix y =
              c.layer()
                  .experts()
                  .get(routing.experts()[t][rank])
                  .apply(PLAIN, c.x().rows(t, t + 1));
          for (int j = 0; j < sum.length; j++) {
            sum[j] += routing.weights().get(t, rank) * y.get(0, j);
          }
        }
        assertArrayEquals(sum, trace.output().row(t));
      }
    }
  }

  @Test
  void nanInOneTokenStaysThere() {
    Case c = random(17);
    Matrix before = c.layer().apply(PLAIN, c.x());
    c.x().set(2, 0, Float.NaN);
    Matrix after = c.layer().apply(PLAIN, c.x());
    for (int t = 0; t < c.x().rows(); t++) {
      if (t == 2) {
        assertTrue(Float.isNaN(after.get(t, 0)));
      } else {
        assertArrayEquals(before.row(t), after.row(t));
      }
    }
  }

  @Test
  void noTokens() {
    Case c = random(17);
    Matrix none = c.x().rows(0, 0);
    assertEquals(0, c.layer().apply(PLAIN, none).rows());
    MixtureOfExperts.Trace trace = c.layer().trace(PLAIN, Loop.sequential(), none);
    assertEquals(0, trace.expertOutputs().rows());
    assertEquals(0, trace.dispatch().dropped());
  }

  @Test
  void shapesThatDoNotFit() {
    FeedForward expert = FeedForward.dense(Activation.GELU, Matrix.zeros(4, 6), Matrix.zeros(6, 4));
    FeedForward wider = FeedForward.dense(Activation.GELU, Matrix.zeros(5, 6), Matrix.zeros(6, 5));
    Router router = new Router(Matrix.zeros(4, 3), 2, Gating.UNWEIGHTED);
    assertMessage(
        "the router's weights are 4 x 3 and there are 2 experts: it must have a column for each",
        () -> new MixtureOfExperts(router, List.of(expert, expert)));
    assertMessage(
        "the router's weights are 4 x 3 and expert 1 has width 5",
        () -> new MixtureOfExperts(router, List.of(expert, wider, expert)));
    MixtureOfExperts layer = new MixtureOfExperts(router, List.of(expert, expert, expert));
    assertMessage("x is 2 x 5", () -> layer.apply(PLAIN, Matrix.zeros(2, 5)));
    Routing forThree = router.route(PLAIN, Matrix.zeros(3, 4));
    assertMessage(
        "the routing is for 3 tokens and 3 experts; there are 2 and 3",
        () ->
            layer.trace(
                PLAIN, Loop.sequential(), Matrix.zeros(2, 4), forThree, Dispatch.of(forThree)));
    assertMessage(
        "x is 3 x 5: it must have 4 columns, the width d",
        () ->
            layer.trace(
                PLAIN, Loop.sequential(), Matrix.zeros(3, 5), forThree, Dispatch.of(forThree)));
    Routing forTwo = router.route(PLAIN, Matrix.zeros(2, 4));
    assertMessage(
        "the dispatch is for 3 tokens",
        () ->
            layer.trace(
                PLAIN, Loop.sequential(), Matrix.zeros(2, 4), forTwo, Dispatch.of(forThree)));
  }
}

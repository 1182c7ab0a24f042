package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.core.PlainKernels.PLAIN;
import static org.workedanswers.moe.FeedForwardTest.assertMessage;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class DispatchTest {
  private static Routing random(SeededRandom random) {
    int experts = 1 + random.below(9);
    Matrix logits = random.gaussian(random.below(34), experts, 1);
    return Routing.of(PLAIN, logits, 1 + random.below(experts), Gating.UNWEIGHTED);
  }

  @Test
  void everyServedChoiceHasARowOfItsOwnWhereItsExpertStands() {
    for (long seed = 0; seed < 300; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Routing routing = random(random);
      int capacity = random.coin() ? Integer.MAX_VALUE : random.below(12);
      Dispatch dispatch = Dispatch.of(routing, capacity);
      Matrix x = Reference.view(random, routing.tokens(), 3);
      Matrix gathered = dispatch.gather(x);
      boolean[] taken = new boolean[gathered.rows()];
      int dropped = 0;
      for (int t = 0; t < routing.tokens(); t++) {
        for (int rank = 0; rank < routing.k(); rank++) {
          int row = dispatch.row(t, rank);
          if (row == Dispatch.DROPPED) {
            dropped++;
            continue;
          }
          int e = routing.experts()[t][rank];
          assertEquals(
              true, row >= dispatch.first(e) && row < dispatch.first(e + 1) && !taken[row]);
          taken[row] = true;
          assertArrayEquals(x.row(t), gathered.row(row));
        }
      }
      assertEquals(dropped, dispatch.dropped());
      assertEquals(routing.tokens() * routing.k() - dropped, gathered.rows());
      assertEquals(gathered.rows(), dispatch.first(dispatch.expertCount()));
      int[] load = routing.load();
      for (int e = 0; e < load.length; e++) {
        assertEquals(Math.min(load[e], capacity), dispatch.served(e));
      }
    }
  }

  @Test
  void firstChoicesComeBeforeSecondOnesAndEarlierTokensBeforeLater() {
    for (long seed = 0; seed < 300; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Routing routing = random(random);
      int capacity = random.below(8);
      Dispatch dispatch = Dispatch.of(routing, capacity);
      for (int e = 0; e < routing.expertCount(); e++) {
        List<Boolean> served = new ArrayList<>(); // in the order of priority
        for (int rank = 0; rank < routing.k(); rank++) {
          for (int t = 0; t < routing.tokens(); t++) {
            if (routing.experts()[t][rank] == e) {
              served.add(dispatch.row(t, rank) != Dispatch.DROPPED);
            }
          }
        }
        for (int i = 0; i < served.size(); i++) {
          assertEquals(i < capacity, served.get(i), "seed " + seed + " expert " + e);
        }
      }
    }
  }

  @Test
  void anExample() {
    // all three tokens want expert 0; the third has it only as its second choice
    Matrix logits = Matrix.of(new float[][] {{3, 2, 0}, {3, 0, 2}, {2, 3, 0}});
    Routing routing = Routing.of(PLAIN, logits, 2, Gating.TOP_K_THEN_SOFTMAX);
    assertEquals(2, Dispatch.capacity(1, routing)); // 3 · 2 / 3
    Dispatch dispatch = Dispatch.of(routing, 2);
    assertEquals(Dispatch.DROPPED, dispatch.row(2, 1));
    assertEquals(1, dispatch.dropped());
    assertEquals(3, Dispatch.capacity(1.25, routing)); // 2.5 rounded up
    assertEquals(0, Dispatch.of(routing, Dispatch.capacity(1.25, routing)).dropped());
  }

  @Test
  void capacityIsExactForFactorsInHundredths() {
    for (int tokens : new int[] {1, 7, 64, 110, 207}) {
      for (int k = 1; k <= 3; k++) {
        Routing routing = Routing.of(PLAIN, Matrix.zeros(tokens, 5), k, Gating.TOP_K_THEN_SOFTMAX);
        for (int hundredths = 1; hundredths <= 250; hundredths++) {
          int exact = (hundredths * tokens * k + 499) / 500; // ⌈hundredths · n · k / (100 · 5)⌉
          assertEquals(exact, Dispatch.capacity(hundredths / 100.0, routing));
        }
      }
    }
  }

  @Test
  void badCapacities() {
    Routing routing = Routing.of(PLAIN, Matrix.zeros(3, 2), 1, Gating.UNWEIGHTED);
    assertMessage("capacity is -1: it must not be negative", () -> Dispatch.of(routing, -1));
    assertMessage("capacity factor is 0.0", () -> Dispatch.capacity(0, routing));
    assertMessage("capacity factor is NaN", () -> Dispatch.capacity(Double.NaN, routing));
    assertEquals(Integer.MAX_VALUE, Dispatch.capacity(1e300, routing));
    assertEquals(3, Dispatch.of(routing, 0).dropped());
  }
}

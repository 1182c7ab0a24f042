package org.workedanswers.benchmarks.comparisons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.core.Loop;
import org.workedanswers.core.PlainKernels;

/** The comparisons' work sees a wrong result, whoever's it is. */
class WorkTest {
  @Test
  void aProductThatIsOffIsSeen() {
    Square square = Square.of(40);
    Contender ours = square.ours(PlainKernels.PLAIN, Loop.sequential());
    ours.call().run();
    assertEquals(64_000, ours.work());
    square.check("ours", square.c());
    square.c().set(31, 39, square.c().get(31, 39) + 0.1f);
    assertThrows(IllegalStateException.class, () -> square.check("ours", square.c()));
  }

  @Test
  void attentionThatIsOffOrMaskedOtherwiseIsSeen() {
    Heads heads = Heads.of(40);
    PlainAttention plain = new PlainAttention(PlainKernels.PLAIN);
    heads.ours("plain", plain, Loop.sequential(), Mask.causal()).call().run();
    heads.check("ours", Mask.causal(), heads.output());
    assertThrows(
        IllegalStateException.class, () -> heads.check("ours", Mask.full(), heads.output()));
    heads.output().set(39, 511, heads.output().get(39, 511) + 0.01f);
    assertThrows(
        IllegalStateException.class, () -> heads.check("ours", Mask.causal(), heads.output()));
  }

  @Test
  void recallIsTheShareOfTheNearestThatWereFound() {
    int[][] nearest = {{1, 2, 3, 4}, {5, 6, 7, 8}};
    assertEquals(1, Embeddings.recall(nearest, new int[][] {{4, 3, 2, 1}, {5, 6, 7, 8}}));
    assertEquals(0.5, Embeddings.recall(nearest, new int[][] {{4, 3, 2, 9}, {5}}));
    assertTrue(Embeddings.recall(nearest, new int[][] {{}, {1, 2, 3, 4}}) == 0);
  }
}

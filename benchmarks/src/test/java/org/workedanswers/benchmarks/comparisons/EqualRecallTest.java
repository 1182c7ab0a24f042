package org.workedanswers.benchmarks.comparisons;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

/** The search for an ef, with searches that find enough from some ef on. */
class EqualRecallTest {
  @Test
  void theSmallestEfIsFoundInFewSteps() {
    for (int from = 0; from <= EqualRecall.LARGEST; from++) {
      int least = from;
      List<Integer> tried = new ArrayList<>();
      int ef =
          EqualRecall.smallest(
              candidate -> {
                tried.add(candidate);
                return candidate >= least;
              });
      assertEquals(Math.max(Embeddings.TOP, from), ef);
      assertTrue(tried.size() <= 18, "tried " + tried);
      assertTrue(tried.stream().allMatch(candidate -> candidate <= EqualRecall.LARGEST));
    }
  }

  @Test
  void noEfIsAboveTheLargest() {
    assertTrue(EqualRecall.smallest(candidate -> false) > EqualRecall.LARGEST);
    assertTrue(
        EqualRecall.smallest(candidate -> candidate > EqualRecall.LARGEST) > EqualRecall.LARGEST);
  }

  /** Recall may fall a little where ef grows. */
  @Test
  void theEfFindsEnoughAndTheOneBelowDoesNot() {
    for (int seed = 0; seed < 200; seed++) {
      SeededRandom random = new SeededRandom(seed);
      boolean[] enough = new boolean[2 * EqualRecall.LARGEST];
      for (int ef = 0; ef < enough.length; ef++) {
        enough[ef] = random.below(100) < ef / 2;
      }
      int ef = EqualRecall.smallest(candidate -> enough[candidate]);
      assertTrue(enough[ef]);
      assertTrue(ef == Embeddings.TOP || !enough[ef - 1]);
    }
  }

  @Test
  void recallIsTheShareOfTheNearestThatWereFound() {
    int[][] nearest = {{1, 2, 3}, {4, 5, 6}};
    assertEquals(1, Embeddings.recall(nearest, new int[][] {{3, 2, 1}, {6, 5, 4}}));
    assertEquals(0.5, Embeddings.recall(nearest, new int[][] {{1, 9, 2}, {7, 8, 4}}));
    assertEquals(0, Embeddings.recall(nearest, new int[][] {{4}, {1}}));
  }
}

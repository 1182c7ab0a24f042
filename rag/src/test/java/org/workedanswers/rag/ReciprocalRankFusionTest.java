package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class ReciprocalRankFusionTest {
  private static List<Hit> ranking(int... documents) {
    List<Hit> hits = new ArrayList<>();
    for (int i = 0; i < documents.length; i++) {
      hits.add(new Hit(documents[i], 100 - i));
    }
    return hits;
  }

  @Test
  void threeDocumentsByHand() {
    List<Hit> words = ranking(4, 7, 9);
    List<Hit> meaning = ranking(7, 5);
    assertEquals(60, ReciprocalRankFusion.STANDARD_K); // the paper's
    List<Hit> fused = new ReciprocalRankFusion(60).fuse(List.of(words, meaning));
    assertEquals(
        List.of(
            new Hit(7, 1 / 62.0 + 1 / 61.0),
            new Hit(4, 1 / 61.0),
            new Hit(5, 1 / 62.0),
            new Hit(9, 1 / 63.0)),
        fused);
  }

  @Test
  void theTraceHasTheRanks() {
    ReciprocalRankFusion rrf = new ReciprocalRankFusion(1);
    var trace = rrf.trace(List.of(ranking(4, 7), ranking(), ranking(9, 4)));
    assertEquals(4, trace.get(0).hit().document());
    assertEquals(List.of(1, 0, 2), trace.get(0).ranks());
    assertEquals(1 / 2.0 + 1 / 3.0, trace.get(0).hit().score());
    assertEquals(List.of(0, 0, 1), trace.get(1).ranks());
    assertEquals(List.of(2, 0, 0), trace.get(2).ranks());
    assertEquals(3, trace.size());
    assertEquals(0, rrf.share(0));
    assertEquals(0.25, rrf.share(3));
    assertEquals(1, rrf.k());
  }

  @Test
  void tiesGoToTheLowerNumber() {
    List<Hit> fused =
        new ReciprocalRankFusion(60).fuse(List.of(ranking(8, 3), ranking(3, 8), ranking()));
    assertEquals(3, fused.get(0).document());
    assertEquals(fused.get(0).score(), fused.get(1).score());
  }

  /** With k = 60 two ranks of 50 pass one rank of 1; with k = 1 they don't. */
  @Test
  void kDecidesHowMuchAFirstRankCounts() {
    int[] words = new int[50];
    int[] meaning = new int[50];
    for (int i = 0; i < 50; i++) {
      words[i] = i;
      meaning[i] = 100 + i;
    }
    meaning[49] = 49; // last in both
    List<List<Hit>> rankings = List.of(ranking(words), ranking(meaning));
    assertEquals(49, new ReciprocalRankFusion(60).fuse(rankings).get(0).document());
    assertEquals(0, new ReciprocalRankFusion(1).fuse(rankings).get(0).document());
  }

  @Test
  void randomRankingsAgainstTheSumWrittenOut() {
    SeededRandom random = new SeededRandom(4);
    for (int n : new int[] {1, 2, 3, 7, 17, 65, 207}) {
      List<List<Hit>> rankings = new ArrayList<>();
      int legs = 1 + random.below(4);
      for (int leg = 0; leg < legs; leg++) {
        rankings.add(ranking(random.permutation(n)).subList(0, random.below(n + 1)));
      }
      int k = 1 + random.below(100);
      List<Hit> fused = new ReciprocalRankFusion(k).fuse(rankings);
      for (int i = 0; i < fused.size(); i++) {
        double expected = 0;
        for (List<Hit> ranking : rankings) {
          for (int r = 0; r < ranking.size(); r++) {
            if (ranking.get(r).document() == fused.get(i).document()) {
              expected += 1.0 / (k + r + 1);
            }
          }
        }
        assertEquals(expected, fused.get(i).score());
        assertTrue(i == 0 || fused.get(i - 1).score() >= fused.get(i).score());
      }
      long documents =
          rankings.stream().flatMap(List::stream).map(Hit::document).distinct().count();
      assertEquals(documents, fused.size());
    }
  }

  @Test
  void nothingInNothingOut() {
    assertEquals(List.of(), new ReciprocalRankFusion(60).fuse(List.of()));
    assertEquals(List.of(), new ReciprocalRankFusion(60).fuse(List.of(List.of(), List.of())));
  }

  @Test
  void badInputIsNamed() {
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> new ReciprocalRankFusion(0));
    Bm25Test.assertMessage(
        "ranking 1 has document 5 at ranks 1 and 3: a document has one rank",
        () -> new ReciprocalRankFusion(60).fuse(List.of(ranking(5), ranking(5, 6, 5))));
  }

  @Test
  void equalScoresGoByDocumentAndALargeKDoesNotOverflow() {
    // 16 falls into the first place of a hash table, before 1.
    List<Hit> one = List.of(new Hit(16, 2), new Hit(33, 1));
    List<Hit> other = List.of(new Hit(1, 2), new Hit(32, 1));
    List<Integer> order =
        new ReciprocalRankFusion(60).fuse(List.of(one, other)).stream().map(Hit::document).toList();
    assertEquals(List.of(1, 16, 32, 33), order);
    assertEquals(
        1 / (Integer.MAX_VALUE + 1.0), new ReciprocalRankFusion(Integer.MAX_VALUE).share(1));
  }
}

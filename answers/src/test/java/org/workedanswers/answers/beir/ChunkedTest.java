package org.workedanswers.answers.beir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.Tokens;

class ChunkedTest {
  @Test
  void documentsAreCutInTheirOrder() {
    Chunked chunked =
        Chunked.of(
            List.of("one two three four five", " ", "six"), new ChunkSize(Tokens.WORDS, 3, 1));
    assertEquals(List.of("one two three", "three four five", "", "six"), chunked.texts());
    assertEquals("[0, 0, 1, 2]", Arrays.toString(chunked.documents()));
  }

  /** Against the maximum over all chunks of a document, by a table of random scores. */
  @Test
  void aDocumentIsAsGoodAsItsBestChunk() {
    SeededRandom random = new SeededRandom(5);
    for (int round = 0; round < 200; round++) {
      int documents = 1 + random.below(30);
      List<String> texts = new ArrayList<>();
      List<Integer> of = new ArrayList<>();
      for (int d = 0; d < documents; d++) {
        // Some documents crowd the ranking: the first chunks are of few.
        for (int c = 1 + random.below(d == 0 ? 200 : 4); c > 0; c--) {
          texts.add("");
          of.add(d);
        }
      }
      Chunked chunked = new Chunked(texts, of.stream().mapToInt(d -> d).toArray());
      int queries = 1 + random.below(5);
      int matching = random.below(texts.size() + 1);
      double[][] scores = new double[queries][texts.size()];
      for (double[] row : scores) {
        for (int i = 0; i < row.length; i++) {
          row[i] = of.get(i) == 0 ? 100 + random.below(4) : random.below(41);
        }
      }
      int[] asked = {0};
      Legs.Leg leg =
          chunked.documents(
              (places, k) -> {
                asked[0]++;
                List<List<Hit>> found = new ArrayList<>();
                for (int q : places) {
                  found.add(ranked(scores[q], matching, k));
                }
                return found;
              });
      int[] places = random.permutation(queries);
      int k = 1 + random.below(12);
      List<List<Hit>> found = leg.search(places, k);
      for (int i = 0; i < places.length; i++) {
        Map<Integer, Double> best = new HashMap<>();
        for (int c = 0; c < matching; c++) {
          best.merge(of.get(c), scores[places[i]][c], Math::max);
        }
        List<Hit> expected = new ArrayList<>();
        best.forEach((d, s) -> expected.add(new Hit(d, s)));
        expected.sort(ChunkedTest::bestFirst);
        assertEquals(expected.subList(0, Math.min(k, expected.size())), found.get(i));
      }
      assertTrue(asked[0] <= 10, "asked " + asked[0] + " times");
    }
  }

  private static List<Hit> ranked(double[] scores, int matching, int k) {
    List<Hit> hits = new ArrayList<>();
    for (int c = 0; c < matching; c++) {
      hits.add(new Hit(c, scores[c]));
    }
    hits.sort(ChunkedTest::bestFirst);
    return hits.subList(0, Math.min(k, hits.size()));
  }

  private static int bestFirst(Hit a, Hit b) {
    return a.score() == b.score()
        ? Integer.compare(a.document(), b.document())
        : Double.compare(b.score(), a.score());
  }
}

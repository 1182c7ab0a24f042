package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Passage;

class ScoringModelRerankerTest {
  private static double score(String text, String query) {
    return text.hashCode() % 1000 + query.length() / 100.0;
  }

  private static List<Passage> passages(int n) {
    SeededRandom random = new SeededRandom(n);
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      String title = random.coin() ? "T" + i : "";
      String text = "x".repeat(1 + random.below(50)) + i;
      passages.add(new Passage("p" + i, "d", i, i + 1, title, text, Map.of()));
    }
    return passages;
  }

  @Test
  void everyPassageGetsItsOwnScore() {
    for (int n : new int[] {0, 1, 2, 3, 7, 17, 64, 65}) {
      for (int batch : new int[] {1, 3, 64, 100}) {
        List<Integer> sizes = new ArrayList<>();
        ScoringModel model =
            (segments, query) -> {
              sizes.add(segments.size());
              return Response.from(segments.stream().map(s -> score(s.text(), query)).toList());
            };
        ScoringModelReranker reranker = new ScoringModelReranker(model, "hashes", batch);
        assertEquals("hashes", reranker.name());
        List<Passage> passages = passages(n);
        double[] scores = reranker.scores("query", passages);
        double[] expected =
            passages.stream()
                .mapToDouble(
                    p ->
                        score(
                            p.title().isEmpty() ? p.text() : p.title() + "\n" + p.text(), "query"))
                .toArray();
        assertArrayEquals(expected, scores);
        assertEquals((n + batch - 1) / batch, sizes.size());
        assertTrue(sizes.stream().allMatch(s -> s <= batch));
      }
    }
  }

  /** Passages of like length come together: a model fills short ones up to the longest. */
  @Test
  void batchesHoldPassagesOfLikeLength() {
    List<Integer> lengths = new ArrayList<>();
    ScoringModel model =
        (segments, query) -> {
          segments.forEach(s -> lengths.add(s.text().length()));
          return Response.from(segments.stream().map(s -> 1.0).toList());
        };
    new ScoringModelReranker(model, "m", 4).scores("q", passages(30));
    assertEquals(lengths.stream().sorted().toList(), lengths);
  }

  @Test
  void aModelThatBreaksItsWordIsRefused() {
    assertRefused("m gave 1 scores for 2 passages", 1.0);
    assertRefused("m gave 3 scores for 2 passages", 1.0, 2.0, 3.0);
    assertRefused("m gave the score NaN for passage p1", 1.0, Double.NaN);
    assertRefused("m gave the score Infinity for passage p0", Double.POSITIVE_INFINITY, 1.0);
    assertRefused("m gave the score null for passage p1", 1.0, null);
    ScoringModel model = (segments, query) -> Response.from(List.of());
    assertThrows(IllegalArgumentException.class, () -> new ScoringModelReranker(model, " ", 1));
    assertThrows(IllegalArgumentException.class, () -> new ScoringModelReranker(model, "m", 0));
  }

  private static void assertRefused(String message, Double... scores) {
    ScoringModel model =
        (List<TextSegment> segments, String query) -> Response.from(Arrays.asList(scores));
    List<Passage> two =
        List.of(
            new Passage("p0", "d", 0, 1, "", "a", Map.of()),
            new Passage("p1", "d", 1, 3, "", "bb", Map.of()));
    ScoringModelReranker reranker = new ScoringModelReranker(model, "m", 8);
    assertEquals(
        message,
        assertThrows(IllegalStateException.class, () -> reranker.scores("q", two)).getMessage());
  }
}

package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex.Similarity;

/** The legs and their hybrid, with an embedder that counts letters. */
class RetrieverTest {
  private static final List<String> TEXTS =
      List.of("a bad cab", "the dog", "good dogs do good", "cabbage", "");

  /** A text's vector: how often it has each of the letters a to z. */
  private static final Embedder LETTERS = new TextEmbedder(26, RetrieverTest::letters);

  private static float[] letters(String text) {
    float[] counts = new float[26];
    text.chars().filter(c -> c >= 'a' && c <= 'z').forEach(c -> counts[c - 'a']++);
    return counts;
  }

  private static final Retriever WORDS =
      Bm25Retriever.of(new WordAnalyzer(), TEXTS, Bm25.Settings.STANDARD);

  private static final Retriever MEANING =
      new DenseRetriever(
          LETTERS,
          new DenseIndex(
              PlainKernels.PLAIN, Loop.sequential(), LETTERS.embed(TEXTS), Similarity.COSINE));

  @Test
  void eachLegFindsItsOwn() {
    assertEquals(List.of(1), documents(WORDS.search("dog", 5)));
    assertEquals(2, MEANING.search("dog", 5).get(0).document());
    assertEquals(5, MEANING.search("dog", 9).size());
  }

  @Test
  void wordsAreFoundByThePlainFormAndTheFast() {
    Bm25 plain = new Bm25(InvertedIndex.of(new WordAnalyzer(), TEXTS), Bm25.Settings.STANDARD);
    Retriever fast = new Bm25Retriever(new WordAnalyzer(), new MaxScoreBm25(plain));
    for (String query : List.of("dog", "a good dog", "zebra", "")) {
      assertEquals(WORDS.search(query, 5), fast.search(query, 5));
    }
  }

  @Test
  void theHybridFusesToEachLegsDepth() {
    ReciprocalRankFusion rrf = new ReciprocalRankFusion(60);
    HybridRetriever hybrid =
        new HybridRetriever(
            rrf, List.of(new HybridRetriever.Leg(WORDS, 1), new HybridRetriever.Leg(MEANING, 3)));
    List<String> queries = List.of("a dog", "zebra", "");
    List<HybridRetriever.Trace> traces = hybrid.trace(queries);
    for (int q = 0; q < queries.size(); q++) {
      List<Hit> words = WORDS.search(queries.get(q), 1);
      List<Hit> meaning = MEANING.search(queries.get(q), 3);
      assertEquals(List.of(words, meaning), traces.get(q).legs());
      assertEquals(rrf.fuse(List.of(words, meaning)), traces.get(q).fused());
      List<Hit> top = hybrid.search(queries, 2).get(q);
      assertEquals(traces.get(q).fused().subList(0, 2), top);
    }
    assertTrue(traces.get(1).legs().get(0).isEmpty());
  }

  @Test
  void theBestDoNotDependOnTheOrderOfOffers() {
    SeededRandom random = new SeededRandom(6);
    for (int n : new int[] {0, 1, 2, 3, 7, 17, 64, 65, 207}) {
      double[] scores = new double[n];
      for (int i = 0; i < n; i++) {
        scores[i] = random.below(1 + n / 3); // many ties
      }
      List<Hit> sorted =
          IntStream.range(0, n)
              .mapToObj(d -> new Hit(d, scores[d]))
              .sorted(TopHits::bestFirst)
              .toList();
      for (int k : new int[] {1, 2, 5, n + 1}) {
        TopHits top = new TopHits(k, n);
        for (int d : random.permutation(n)) {
          top.offer(d, scores[d]);
        }
        assertEquals(sorted.subList(0, Math.min(k, n)), top.best());
      }
    }
  }

  @Test
  void badInputIsNamed() {
    Bm25Test.assertMessage(
        "there are no legs: a hybrid needs at least one",
        () -> new HybridRetriever(new ReciprocalRankFusion(60), List.of()));
    Bm25Test.assertMessage(
        "depth is 0: it must be at least 1", () -> new HybridRetriever.Leg(WORDS, 0));
    Bm25Test.assertMessage(
        "the embedder gives 26 dimensions and the documents have 3: both must be of one model",
        () ->
            new DenseRetriever(
                LETTERS,
                new DenseIndex(
                    PlainKernels.PLAIN, Loop.sequential(), Matrix.zeros(2, 3), Similarity.DOT)));
    HybridRetriever hybrid =
        new HybridRetriever(
            new ReciprocalRankFusion(60), List.of(new HybridRetriever.Leg(WORDS, 1)));
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> hybrid.search("dog", 0));
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> WORDS.search("dog", 0));
  }

  private static List<Integer> documents(List<Hit> hits) {
    return hits.stream().map(Hit::document).toList();
  }
}

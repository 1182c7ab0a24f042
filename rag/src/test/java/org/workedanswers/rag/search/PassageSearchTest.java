package org.workedanswers.rag.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.BagOfWords;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.TestStores;
import org.workedanswers.rag.chunk.ChunkSize;
import org.workedanswers.rag.chunk.FixedChunker;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.ingest.Document;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;

class PassageSearchTest {
  private static final int D = 16;
  private static final Embedder EMBEDDER = BagOfWords.embedder(D);

  private static MemoryStore store(int size, int overlap, String... texts) {
    ChunkSize chunk = new ChunkSize(Tokens.WORDS, size, overlap);
    return TestStores.of(EMBEDDER, new FixedChunker(chunk), texts);
  }

  private static String[] randomTexts(SeededRandom random, int n) {
    String[] texts = new String[n];
    for (int i = 0; i < n; i++) {
      StringBuilder text = new StringBuilder();
      for (int w = 1 + random.below(8); w > 0; w--) {
        text.append("w").append(random.below(12)).append(' ');
      }
      texts[i] = text.toString().strip();
    }
    return texts;
  }

  @Test
  void resultsAreTheFusionOfTheLegs() {
    SeededRandom random = new SeededRandom(1);
    try (MemoryStore store = store(99, 0, randomTexts(random, 40))) {
      for (int round = 0; round < 60; round++) {
        SearchSettings settings =
            new SearchSettings(
                random.below(12),
                1 + random.below(12),
                1 + random.below(80),
                1 + random.below(30),
                1 + random.below(9),
                random.below(2) == 0
                    ? MetadataFilter.ALL
                    : MetadataFilter.equal("kind", random.below(5) == 0 ? "none" : "text"));
        List<String> wordings = List.of("w1 w2", "w3").subList(0, 1 + random.below(2));
        SearchTrace trace =
            new PassageSearch(store, EMBEDDER, Optional.empty(), settings).trace(wordings);
        Map<String, Double> score = new HashMap<>();
        for (String w : wordings) {
          List<List<Found>> legs = new ArrayList<>();
          if (settings.wordsDepth() > 0) {
            legs.add(store.byWords(w, settings.wordsDepth(), settings.filter()));
          }
          legs.add(
              store.byMeaning(
                  EMBEDDER.embed(List.of(w)).row(0), settings.meaningDepth(), settings.filter()));
          for (List<Found> leg : legs) {
            for (int i = 0; i < leg.size(); i++) {
              score.merge(leg.get(i).passage().id(), 1.0 / (settings.rrfK() + i + 1), Double::sum);
            }
          }
        }
        List<String> order =
            score.keySet().stream()
                .sorted(
                    (a, b) ->
                        Math.abs(score.get(a) - score.get(b)) < 1e-12
                            ? a.compareTo(b)
                            : Double.compare(score.get(b), score.get(a)))
                .toList();
        assertEquals(order, trace.candidates().stream().map(c -> c.passage().id()).toList());
        int n = Math.min(Math.min(settings.results(), settings.candidates()), order.size());
        assertEquals(
            order.subList(0, n), trace.results().stream().map(f -> f.passage().id()).toList());
        for (SearchTrace.Candidate c : trace.candidates()) {
          assertEquals(trace.legs().size(), c.ranks().size());
          assertEquals(score.get(c.passage().id()), c.score(), 1e-12);
        }
      }
    }
  }

  @Test
  void aTracesScoresAreOfTheFirstWording() {
    try (MemoryStore store = store(99, 0, "w1 w1 w2", "w3", "w1 w3 w3")) {
      SearchSettings one = SearchSettings.STANDARD.withDepths(1, 1);
      SearchTrace trace =
          new PassageSearch(store, EMBEDDER, Optional.empty(), one).trace(List.of("w2", "w3"));
      Found words = store.byWords("w2", 1, MetadataFilter.ALL).get(0);
      Found later = store.byWords("w3", 1, MetadataFilter.ALL).get(0);
      assertEquals(words.score(), trace.score(SearchTrace.Kind.WORDS, words.passage()));
      assertEquals(Double.NaN, trace.score(SearchTrace.Kind.WORDS, later.passage()));
    }
  }

  @Test
  void aRerankerOrdersTheCandidates() {
    SeededRandom random = new SeededRandom(2);
    try (MemoryStore store = store(99, 0, randomTexts(random, 30))) {
      List<Integer> asked = new ArrayList<>();
      Reranker longest =
          new Reranker() {
            @Override
            public String name() {
              return "longest";
            }

            @Override
            public double[] scores(String query, List<Passage> passages) {
              assertEquals("w1", query);
              asked.add(passages.size());
              return passages.stream().mapToDouble(p -> p.text().length()).toArray();
            }
          };
      SearchSettings settings = SearchSettings.STANDARD.with(7, 3);
      SearchTrace trace =
          new PassageSearch(store, EMBEDDER, Optional.of(longest), settings)
              .trace(List.of("w1", "w2"));
      assertEquals(List.of(7), asked);
      assertEquals(7, trace.reranked().size());
      assertEquals(trace.reranked().subList(0, 3), trace.results());
      Set<String> candidates =
          trace.candidates().subList(0, 7).stream()
              .map(c -> c.passage().id())
              .collect(Collectors.toSet());
      for (int i = 0; i < 7; i++) {
        Found f = trace.reranked().get(i);
        assertTrue(candidates.contains(f.passage().id()));
        assertEquals(f.passage().text().length(), f.score());
        assertTrue(i == 0 || trace.reranked().get(i - 1).score() >= f.score());
      }
      for (double[] wrong : new double[][] {new double[6], {1, 2, Double.NaN, 4, 5, 6, 7}}) {
        Reranker broken =
            new Reranker() {
              @Override
              public String name() {
                return "broken";
              }

              @Override
              public double[] scores(String query, List<Passage> passages) {
                return wrong;
              }
            };
        PassageSearch search = new PassageSearch(store, EMBEDDER, Optional.of(broken), settings);
        String message =
            assertThrows(IllegalArgumentException.class, () -> search.passages("w1")).getMessage();
        assertTrue(message.startsWith("broken gave"), message);
      }
    }
  }

  @Test
  void wrongUseIsRefused() {
    try (MemoryStore store = store(9, 0)) {
      PassageSearch search =
          new PassageSearch(store, EMBEDDER, Optional.empty(), SearchSettings.STANDARD);
      assertEquals(List.of(), search.passages("anything"));
      assertThrows(IllegalArgumentException.class, () -> search.passages(" "));
      assertThrows(IllegalArgumentException.class, () -> search.passages("\u0001"));
      assertThrows(IllegalArgumentException.class, () -> search.trace(List.of()));
      assertThrows(IllegalArgumentException.class, () -> SearchSettings.STANDARD.withDepths(0, 0));
      assertThrows(
          IllegalArgumentException.class,
          () ->
              new PassageSearch(
                  store, BagOfWords.embedder(D + 1), Optional.empty(), SearchSettings.STANDARD));
    }
  }

  @Test
  void surroundingsAreTheDocumentsOwnText() {
    SeededRandom random = new SeededRandom(3);
    for (int round = 0; round < 60; round++) {
      String[] words = new String[1 + random.below(60)];
      Arrays.setAll(words, i -> "w" + random.below(9));
      String text = String.join(" ", words);
      int size = 1 + random.below(9);
      int overlap = random.below(size);
      try (MemoryStore store = store(size, overlap, text, "another text")) {
        List<Passage> all = store.passages("d0");
        Passage passage = all.get(random.below(all.size()));
        int most = 1 + random.below(text.length() + 9);
        Passage grown = Surroundings.of(store, passage, most);
        assertEquals(passage.id(), grown.id());
        assertTrue(grown.from() <= passage.from() && grown.to() >= passage.to());
        String span = new Span(grown.from(), grown.to()).of(text);
        // Where passages don't overlap a line end stands for the white space between them.
        assertEquals(span, grown.text().replace('\n', ' '));
        assertTrue(grown.text().length() <= Math.max(most, passage.text().length()));
        int last = all.size() - 1;
        boolean more =
            !all.get(0).equals(grown) && grown.from() > 0 || grown.to() < all.get(last).to();
        if (more && most >= text.length()) {
          throw new AssertionError("there was room for all of " + text);
        }
      }
    }
    try (MemoryStore store = store(3, 0, "a b c d e f")) {
      Passage gone =
          new Passage("gone", "d0", 0, 3, "", "text", new Document("", "", Map.of()).metadata());
      assertEquals(gone, Surroundings.of(store, gone, 100));
    }
  }
}

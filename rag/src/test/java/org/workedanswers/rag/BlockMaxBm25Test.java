package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** The fast form held against the one to read: the same documents, order and bits. */
class BlockMaxBm25Test {
  private static final double[] K1 = {0, 1e-300, 0.5, 1.2, 4, 1e300, 1.7e308};

  private static Bm25.Settings settings(SeededRandom random) {
    double b = random.below(3) == 0 ? random.below(2) : random.uniform();
    return Bm25.Settings.STANDARD
        .with(K1[random.below(K1.length)], b)
        .with(Bm25.Form.values()[random.below(2)])
        .with(Bm25.Lengths.values()[random.below(2)]);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 207, 1025})
  void hitsAreThoseOfThePlainForm(int count) {
    SeededRandom random = new SeededRandom(count);
    for (int round = 0; round < 6; round++) {
      int vocabulary = 1 + random.below(200);
      InvertedIndex index = InvertedIndex.of(Corpora.documents(random, count, vocabulary));
      for (int s = 0; s < 3; s++) {
        Bm25 plain = new Bm25(index, settings(random));
        BlockMaxBm25 fast = new BlockMaxBm25(plain);
        for (int q = 0; q < 10; q++) {
          List<String> query = Corpora.query(random, vocabulary);
          for (int k : new int[] {1, 2, 10, count, count + 5}) {
            assertEquals(plain.search(query, k), fast.search(query, k), plain.settings() + " " + k);
          }
        }
      }
    }
  }

  /** Enough documents for floors and bounds to leave most of them out. */
  @Test
  void manyDocumentsAreLeftOut() {
    SeededRandom random = new SeededRandom(2);
    List<List<String>> documents = new ArrayList<>();
    for (int d = 0; d < 8000; d++) {
      documents.add(Corpora.terms(random, 5 + random.below(30), 2000));
    }
    Bm25 plain = new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD);
    BlockMaxBm25 fast = new BlockMaxBm25(plain);
    assertSame(plain, fast.bm25());
    int scored = 0;
    for (int q = 0; q < 60; q++) {
      List<String> query = Corpora.terms(random, 1 + random.below(5), 2000);
      int k = 1 + random.below(20);
      assertEquals(plain.search(query, k), fast.search(query, k));
      scored += fast.scored();
    }
    assertTrue(scored < 60 * 500 / 4, "of 500 blocks " + scored / 60 + " were scored");
  }

  /** A byte holds a frequency to 254; above, the postings are asked. */
  @Test
  void frequenciesThatPassAByte() {
    SeededRandom random = new SeededRandom(6);
    List<List<String>> documents = new ArrayList<>();
    for (int d = 0; d < 100; d++) {
      List<String> terms = new ArrayList<>(List.of("b"));
      terms.addAll(Collections.nCopies(251 + d % 9, "a"));
      terms.addAll(Collections.nCopies(random.below(3), "b"));
      documents.add(terms);
    }
    documents.add(Collections.nCopies(70_000, "a"));
    for (double k1 : new double[] {1.2, 5000}) {
      Bm25 plain = new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD.with(k1, 0.3));
      BlockMaxBm25 fast = new BlockMaxBm25(plain);
      for (List<String> query : List.of(List.of("a"), List.of("b", "a"))) {
        assertEquals(plain.search(query, 50), fast.search(query, 50));
      }
    }
  }

  @Test
  void ofManyEqualScoresTheFirstStay() {
    List<List<String>> twins = new ArrayList<>(Collections.nCopies(1000, List.of("a", "b")));
    twins.set(700, List.of("a", "a", "b"));
    BlockMaxBm25 fast =
        new BlockMaxBm25(new Bm25(InvertedIndex.of(twins), Bm25.Settings.STANDARD.with(1.2, 0)));
    List<Hit> hits = fast.search(List.of("a"), 4);
    assertEquals(List.of(700, 0, 1, 2), hits.stream().map(Hit::document).toList());
    assertEquals(2, fast.scored()); // the first block has enough of the others
  }

  @Test
  void matchesWhoseScoreRoundsToZeroAreFound() {
    InvertedIndex index =
        InvertedIndex.of(List.of(List.of("a", "c", "c"), List.of("b"), List.of("c", "a", "a")));
    BlockMaxBm25 fast =
        new BlockMaxBm25(new Bm25(index, Bm25.Settings.STANDARD.with(Double.MAX_VALUE, 1)));
    assertEquals(
        List.of(new Hit(0, 0), new Hit(2, 0)),
        fast.search(List.of("a"), 3),
        "f / (f + k1 · 9/7) is 0 where the divisor passes all doubles");
    assertEquals(fast.bm25().search(List.of("a", "b"), 3), fast.search(List.of("a", "b"), 3));
  }

  @Test
  void longQueriesAndQueriesOneAfterAnother() {
    SeededRandom random = new SeededRandom(3);
    Bm25 plain =
        new Bm25(InvertedIndex.of(Corpora.documents(random, 300, 500)), Bm25.Settings.STANDARD);
    BlockMaxBm25 fast = new BlockMaxBm25(plain);
    for (int length : new int[] {400, 0, 9, 1, 33, 2, 8}) {
      List<String> query = Corpora.terms(random, length, 500);
      assertEquals(plain.search(query, 10), fast.search(query, 10));
    }
    assertEquals(List.of(), fast.search(List.of("unknown"), 3));
  }

  @Test
  void manyThreadsSearchAtATime() {
    SeededRandom random = new SeededRandom(4);
    Bm25 plain =
        new Bm25(InvertedIndex.of(Corpora.documents(random, 900, 90)), Bm25.Settings.STANDARD);
    BlockMaxBm25 fast = new BlockMaxBm25(plain);
    List<List<String>> queries = new ArrayList<>();
    List<List<Hit>> expected = new ArrayList<>();
    for (int q = 0; q < 64; q++) {
      queries.add(Corpora.query(random, 90));
      expected.add(plain.search(queries.get(q), 10));
    }
    List<List<Hit>> found = Arrays.asList(DenseIndex.hits(64));
    try (Threads threads = Threads.of(4)) {
      threads.forEach(64, q -> found.set(q, fast.search(queries.get(q), 10)));
    }
    assertEquals(expected, found);
  }

  @Test
  void aSearchAllocatesItsHitsAndNoMore() {
    SeededRandom random = new SeededRandom(5);
    List<List<String>> documents = Corpora.documents(random, 3000, 300);
    BlockMaxBm25 fast =
        new BlockMaxBm25(new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD));
    List<String> query = List.of("w1", "w7", "w3", "w80", "w7");
    assertEquals(10, fast.search(query, 10).size());
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 200; i++) {
      fast.search(query, 10);
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / 200;
    assertTrue(bytes < 10 * 24 + 400, bytes + " bytes a search; 10 hits take 240");
  }

  @Test
  void badInputIsNamed() {
    BlockMaxBm25 fast =
        new BlockMaxBm25(new Bm25(InvertedIndex.of(List.of(List.of("a"))), Bm25.Settings.STANDARD));
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> fast.search(List.of("a"), 0));
  }
}

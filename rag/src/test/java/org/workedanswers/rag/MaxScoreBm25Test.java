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
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** The fast form held against the one to read: the same documents, order and bits. */
class MaxScoreBm25Test {
  private static final double[] K1 = {0, 1e-300, 0.5, 1.2, 4, 1e300, 1.7e308};

  /** log₂ of the documents in the narrowest window. */
  private static final int NARROW = 6;

  private static final List<String> WORDS = List.of("a", "b", "c", "d", "e", "f", "g");

  private static Bm25.Settings settings(SeededRandom random) {
    double b = random.below(3) == 0 ? random.below(2) : random.uniform();
    return Bm25.Settings.STANDARD
        .with(K1[random.below(K1.length)], b)
        .with(Bm25.Form.values()[random.below(2)])
        .with(Bm25.Lengths.values()[random.below(2)]);
  }

  /** With a window for them all, and with many of 64 documents, as large collections have. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 15, 16, 17, 31, 33, 64, 65, 207, 1025})
  void hitsAreThoseOfThePlainForm(int count) {
    SeededRandom random = new SeededRandom(count);
    for (int round = 0; round < 6; round++) {
      int vocabulary = 1 + random.below(200);
      InvertedIndex index = InvertedIndex.of(Corpora.documents(random, count, vocabulary));
      for (int s = 0; s < 3; s++) {
        Bm25 plain = new Bm25(index, settings(random));
        MaxScoreBm25 fast = new MaxScoreBm25(plain);
        MaxScoreBm25 narrow = new MaxScoreBm25(plain, NARROW);
        for (int q = 0; q < 10; q++) {
          List<String> query = Corpora.query(random, vocabulary);
          for (int k : new int[] {1, 2, 10, count, count + 5}) {
            List<Hit> expected = plain.search(query, k);
            assertEquals(expected, fast.search(query, k), plain.settings() + " " + k);
            assertEquals(expected, narrow.search(query, k), plain.settings() + " " + k);
          }
        }
      }
    }
  }

  /** Enough documents for most postings not to be walked, and most candidates to be sifted out. */
  @Test
  void manyDocumentsAreLeftOut() {
    SeededRandom random = new SeededRandom(2);
    List<List<String>> documents = new ArrayList<>();
    for (int d = 0; d < 8000; d++) {
      documents.add(Corpora.terms(random, 5 + random.below(30), 2000));
    }
    Bm25 plain = new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD);
    MaxScoreBm25 fast = new MaxScoreBm25(plain, 8);
    assertSame(plain, fast.bm25());
    long postings = 0;
    long walked = 0;
    int scored = 0;
    for (int q = 0; q < 60; q++) {
      List<String> query = Corpora.terms(random, 2 + random.below(4), 2000);
      int k = 1 + random.below(20);
      assertEquals(plain.search(query, k), fast.search(query, k));
      postings += Set.copyOf(query).stream().mapToInt(plain.index()::documentFrequency).sum();
      walked += fast.walked();
      scored += fast.scored();
    }
    assertTrue(walked < postings / 3, walked + " postings of " + postings + " were walked");
    assertTrue(scored < 60 * 40, scored / 60 + " documents a query were scored");
  }

  /** A common word, and a rare one in five of 640 documents, three of them in the first window. */
  @Test
  void aTermCeasesToBeEssential() {
    List<List<String>> documents = new ArrayList<>(Collections.nCopies(640, List.of("a", "c")));
    for (int d : new int[] {3, 4, 5, 300, 600}) {
      documents.set(d, List.of("a", "b"));
    }
    Bm25 plain = new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD.with(1.2, 0));
    assertWork(plain, 640, 640 + 5, 640); // all are asked for
    assertWork(plain, 10, 64 + 5, 64 + 2); // the first window has ten: then the rare word alone
    assertWork(plain, 4, 4, 4); // four hold the rare word: the common one is only looked up
    assertWork(plain, 3, 3, 3); // the first window has three of the best: none can pass them
  }

  private static void assertWork(Bm25 plain, int k, int walked, int scored) {
    MaxScoreBm25 fast = new MaxScoreBm25(plain, NARROW);
    List<String> query = List.of("a", "b");
    assertEquals(plain.search(query, k), fast.search(query, k));
    assertEquals(walked, fast.walked(), "postings walked for k = " + k);
    assertEquals(scored, fast.scored(), "documents scored for k = " + k);
  }

  /**
   * Each document has the same frequencies in another order: their scores are equal but for ulps.
   * One more document a word gives the last word the largest bound: sums of bounds begin there.
   */
  @Test
  void scoresThatDifferByRoundingAlone() {
    SeededRandom random = new SeededRandom(7);
    List<List<String>> documents = new ArrayList<>();
    for (int d = 0; d < 640; d++) {
      List<String> words = new ArrayList<>();
      int[] order = random.permutation(WORDS.size());
      for (int w = 0; w < order.length; w++) {
        words.addAll(Collections.nCopies(1 + order[w], WORDS.get(w)));
      }
      documents.add(words);
    }
    for (int w = 0; w < WORDS.size(); w++) {
      documents.add(Collections.nCopies(8 + w, WORDS.get(w)));
    }
    Bm25 plain = new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD);
    MaxScoreBm25 fast = new MaxScoreBm25(plain, NARROW);
    for (int terms = 1; terms <= WORDS.size(); terms++) {
      for (int k = 1; k < 40; k++) {
        List<String> query = WORDS.subList(0, terms);
        assertEquals(plain.search(query, k), fast.search(query, k));
      }
    }
  }

  @Test
  void ofManyEqualScoresTheFirstStay() {
    List<List<String>> twins = new ArrayList<>(Collections.nCopies(1000, List.of("a", "b")));
    twins.set(700, List.of("a", "a", "b"));
    Bm25 plain = new Bm25(InvertedIndex.of(twins), Bm25.Settings.STANDARD.with(1.2, 0));
    MaxScoreBm25 fast = new MaxScoreBm25(plain, NARROW);
    List<Hit> hits = fast.search(List.of("a"), 4);
    assertEquals(List.of(700, 0, 1, 2), hits.stream().map(Hit::document).toList());
    assertEquals(64 + 1, fast.scored()); // the first window has enough of the others
  }

  @Test
  void matchesWhoseScoreRoundsToZeroAreFound() {
    InvertedIndex index =
        InvertedIndex.of(List.of(List.of("a", "c", "c"), List.of("b"), List.of("c", "a", "a")));
    MaxScoreBm25 fast =
        new MaxScoreBm25(new Bm25(index, Bm25.Settings.STANDARD.with(Double.MAX_VALUE, 1)));
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
    MaxScoreBm25 fast = new MaxScoreBm25(plain);
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
    MaxScoreBm25 fast = new MaxScoreBm25(plain);
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
    MaxScoreBm25 fast =
        new MaxScoreBm25(new Bm25(InvertedIndex.of(documents), Bm25.Settings.STANDARD));
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
    MaxScoreBm25 fast =
        new MaxScoreBm25(new Bm25(InvertedIndex.of(List.of(List.of("a"))), Bm25.Settings.STANDARD));
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> fast.search(List.of("a"), 0));
  }
}

package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.search.ScoreDoc;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.core.SeededRandom;

/** BM25 held against Lucene's, against the formula, and against its own explanation. */
class Bm25Test {
  /** Lucene computes in float: some roundings of 2⁻²⁴ for each term. */
  private static final double FLOAT = 1e-6;

  private static final List<List<String>> SMALL =
      List.of(
          List.of("the", "cat", "sat", "on", "the", "mat"),
          List.of("the", "dog"),
          List.of(),
          List.of("cat", "cat", "dog"));

  private static Bm25.Settings settings(SeededRandom random) {
    double k1 = random.below(5) == 0 ? 0 : random.uniform(0, 4);
    double b = random.below(4) == 0 ? random.below(2) : random.uniform();
    // Lucene takes floats.
    return Bm25.Settings.STANDARD.with((float) k1, (float) b);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 17, 31, 33, 64, 65, 207, 1025})
  void scoresAndRanksAreThoseOfLucene(int count) throws IOException {
    SeededRandom random = new SeededRandom(count);
    for (int round = 0; round < 4; round++) {
      int vocabulary = 1 + random.below(200);
      List<List<String>> documents = Corpora.documents(random, count, vocabulary);
      Bm25.Settings settings = settings(random).with(Bm25.Lengths.ONE_BYTE);
      Bm25 bm25 = new Bm25(InvertedIndex.of(documents), settings);
      try (LuceneOracle lucene = new LuceneOracle(documents, settings.k1(), settings.b())) {
        for (int q = 0; q < 20; q++) {
          List<String> query = Corpora.query(random, vocabulary);
          assertSameAsLucene(lucene.search(query, count), bm25.search(query, count), bm25, query);
        }
      }
    }
  }

  private static void assertSameAsLucene(
      ScoreDoc[] expected, List<Hit> actual, Bm25 bm25, List<String> query) {
    assertEquals(expected.length, actual.size());
    Map<Integer, Double> scores = new HashMap<>();
    actual.forEach(h -> scores.put(h.document(), h.score()));
    for (int i = 0; i < expected.length; i++) {
      double theirs = expected[i].score;
      double tolerance = theirs * FLOAT;
      assertEquals(theirs, scores.get(expected[i].doc), tolerance);
      // At each rank the same score; the same document too, but for ties within float's rounding.
      assertEquals(theirs, actual.get(i).score(), tolerance);
      assertEquals(actual.get(i).score(), bm25.score(query, actual.get(i).document()));
    }
  }

  @Test
  void theExplanationHasLucenesNumbers() throws IOException {
    SeededRandom random = new SeededRandom(5);
    List<List<String>> documents = Corpora.documents(random, 60, 40);
    Bm25.Settings settings = settings(random).with(Bm25.Lengths.ONE_BYTE);
    Bm25 bm25 = new Bm25(InvertedIndex.of(documents), settings);
    List<String> query = List.of("w0", "w3", "w20");
    try (LuceneOracle lucene = new LuceneOracle(documents, settings.k1(), settings.b())) {
      for (Hit hit : bm25.search(query, 60)) {
        List<Double> theirs = new ArrayList<>();
        collect(lucene.explain(query, hit.document()), theirs);
        List<Double> ours = new ArrayList<>();
        collect(bm25.explain(query, hit.document()), ours);
        for (double number : theirs) {
          assertTrue(
              ours.stream().anyMatch(x -> Math.abs(x - number) <= Math.abs(number) * FLOAT),
              () -> number + " of Lucene is not among " + ours);
        }
      }
    }
  }

  private static void collect(org.apache.lucene.search.Explanation e, List<Double> numbers) {
    numbers.add(e.getValue().doubleValue());
    for (var detail : e.getDetails()) {
      collect(detail, numbers);
    }
  }

  private static void collect(Explanation e, List<Double> numbers) {
    numbers.add(e.value());
    e.parts().forEach(part -> collect(part, numbers));
  }

  @Test
  void exactLengthsAreThoseOfTheFormula() {
    SeededRandom random = new SeededRandom(7);
    for (int count : new int[] {1, 2, 3, 7, 17, 33, 65, 207}) {
      List<List<String>> documents = Corpora.documents(random, count, 50);
      for (Bm25.Form form : Bm25.Form.values()) {
        Bm25.Settings settings = settings(random).with(form);
        Bm25 bm25 = new Bm25(InvertedIndex.of(documents), settings);
        for (int q = 0; q < 20; q++) {
          List<String> query = Corpora.query(random, 50);
          double[] expected = byTheFormula(documents, query, settings);
          int found = 0;
          for (double score : expected) {
            found += score > 0 ? 1 : 0;
          }
          List<Hit> hits = bm25.search(query, count);
          assertEquals(found, hits.size());
          for (Hit hit : hits) {
            double score = expected[hit.document()];
            assertEquals(score, hit.score(), 1e-14 * score);
          }
        }
      }
    }
  }

  /** From the terms themselves, with nothing counted before. */
  private static double[] byTheFormula(
      List<List<String>> documents, List<String> query, Bm25.Settings s) {
    double n = documents.stream().filter(d -> !d.isEmpty()).count();
    double average = documents.stream().mapToInt(List::size).sum() / n;
    double[] scores = new double[documents.size()];
    for (String t : query) { // one more time for each repetition
      double df = documents.stream().filter(d -> d.contains(t)).count();
      double idf = Math.log1p((n - df + 0.5) / (df + 0.5));
      for (int d = 0; d < scores.length; d++) {
        double f = Collections.frequency(documents.get(d), t);
        double norm = s.k1() * (1 - s.b() + s.b() * documents.get(d).size() / average);
        double factor = s.form() == Bm25.Form.TEXTBOOK ? s.k1() + 1 : 1;
        scores[d] += f == 0 ? 0 : idf * f * factor / (f + norm);
      }
    }
    return scores;
  }

  @Test
  void theTextbooksFormIsK1Plus1TimesLucenesWithTheSameRanks() {
    SeededRandom random = new SeededRandom(11);
    List<List<String>> documents = Corpora.documents(random, 207, 60);
    InvertedIndex index = InvertedIndex.of(documents);
    for (double k1 : new double[] {0, 0.5, 1.2, 3}) {
      Bm25.Settings settings = Bm25.Settings.STANDARD.with(k1, 0.6);
      Bm25 lucene = new Bm25(index, settings);
      Bm25 textbook = new Bm25(index, settings.with(Bm25.Form.TEXTBOOK));
      List<String> query = List.of("w1", "w5", "w30");
      List<Hit> hits = lucene.search(query, 50);
      assertTrue(hits.size() > 10);
      for (Hit hit : hits) {
        double score = hit.score() * (k1 + 1);
        assertEquals(score, textbook.score(query, hit.document()), 1e-14 * score);
      }
    }
  }

  /** One document of three terms: N = 1, n = 1, dl = avgdl, so tf = f / (f + k1). */
  @Test
  void oneDocumentByHand() {
    Bm25 bm25 = new Bm25(InvertedIndex.of(List.of(List.of("a", "b", "a"))), Bm25.Settings.STANDARD);
    double idf = Math.log(1 + 0.5 / 1.5);
    assertEquals(idf * 2 / 3.2, bm25.score(List.of("a"), 0), 1e-15);
    assertEquals(idf / 2.2, bm25.score(List.of("b"), 0), 1e-15);
    assertEquals(2 * idf / 2.2, bm25.score(List.of("b", "b", "x"), 0), 1e-15);
  }

  @Test
  void emptyDocumentsDoNotCount() {
    InvertedIndex index = InvertedIndex.of(SMALL);
    assertEquals(4, index.size());
    assertEquals(3, index.filled());
    assertEquals(11 / 3.0, index.averageLength());
    assertEquals(6, index.vocabulary());
    assertEquals(2, index.documentFrequency("cat"));
    assertEquals(0, index.documentFrequency("bird"));
    assertEquals(0, index.length(2));
    Bm25 nothing = new Bm25(InvertedIndex.of(List.of(List.of())), Bm25.Settings.STANDARD);
    assertEquals(List.of(), nothing.search(List.of("cat"), 3));
    assertEquals(0, nothing.score(List.of("cat"), 0));
  }

  @Test
  void whatNothingHoldsFindsNothing() {
    Bm25 bm25 = new Bm25(InvertedIndex.of(SMALL), Bm25.Settings.STANDARD);
    assertEquals(List.of(), bm25.search(List.of(), 3));
    assertEquals(List.of(), bm25.search(List.of("bird"), 3));
    assertEquals(bm25.search(List.of("cat"), 3), bm25.search(List.of("bird", "cat"), 3));
    assertEquals(0, bm25.score(List.of("cat"), 1));
  }

  /** k1 so large that a tf rounds to 0: the documents still hold the term. */
  @Test
  void matchesWhoseScoreRoundsToZeroAreFound() {
    InvertedIndex index =
        InvertedIndex.of(List.of(List.of("a", "c", "c"), List.of("b"), List.of("c", "a", "a")));
    Bm25 bm25 = new Bm25(index, Bm25.Settings.STANDARD.with(Double.MAX_VALUE, 1));
    assertEquals(List.of(new Hit(0, 0), new Hit(2, 0)), bm25.search(List.of("a"), 3));
    assertEquals(0, bm25.score(List.of("a"), 0));
    assertEquals(List.of(new Hit(0, 0)), bm25.search(List.of("a"), 1));
  }

  @Test
  void equalScoresComeInTheOrderOfTheirNumbers() {
    List<List<String>> twins = new ArrayList<>(Collections.nCopies(40, List.of("a", "b")));
    Bm25 bm25 = new Bm25(InvertedIndex.of(twins), Bm25.Settings.STANDARD);
    List<Hit> hits = bm25.search(List.of("b"), 7);
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6), hits.stream().map(Hit::document).toList());
  }

  @Test
  void theExplanationAddsUpToTheScore() {
    SeededRandom random = new SeededRandom(13);
    for (int round = 0; round < 40; round++) {
      List<List<String>> documents = Corpora.documents(random, 1 + random.below(50), 30);
      Bm25.Settings settings =
          settings(random)
              .with(random.coin() ? Bm25.Form.LUCENE : Bm25.Form.TEXTBOOK)
              .with(random.coin() ? Bm25.Lengths.EXACT : Bm25.Lengths.ONE_BYTE);
      Bm25 bm25 = new Bm25(InvertedIndex.of(documents), settings);
      List<String> query = Corpora.query(random, 30);
      for (int d = 0; d < documents.size(); d++) {
        Explanation score = bm25.explain(query, d);
        assertEquals(bm25.score(query, d), score.value());
        double sum = 0;
        for (Explanation term : score.parts()) {
          sum += term.value();
          assertTermAddsUp(term, settings, documents.get(d), query);
        }
        assertEquals(sum, score.value());
      }
    }
  }

  private static void assertTermAddsUp(
      Explanation term, Bm25.Settings settings, List<String> document, List<String> query) {
    if (!document.contains(term.name())) {
      assertEquals(0, term.value());
      assertEquals(
          term.part("n").value() == 0 ? "no document holds it" : "the document does not hold it",
          term.formula());
      return;
    }
    Explanation idf = term.part("idf");
    Explanation tf = term.part("tf");
    double count = term.part("count").value();
    assertEquals(Collections.frequency(query, term.name()), count);
    assertEquals(count * idf.value() * tf.value(), term.value());
    double n = idf.part("n").value();
    assertEquals(Math.log(1 + (idf.part("N").value() - n + 0.5) / (n + 0.5)), idf.value());
    double f = tf.part("f").value();
    assertEquals(Collections.frequency(document, term.name()), f);
    double k1 = tf.part("k1").value();
    double b = tf.part("b").value();
    double norm = k1 * (1 - b + b * tf.part("dl").value() / tf.part("avgdl").value());
    double factor = settings.form() == Bm25.Form.TEXTBOOK ? k1 + 1 : 1;
    assertEquals(f * factor / (f + norm), tf.value(), 1e-15 * tf.value());
    assertEquals(settings.form() == Bm25.Form.TEXTBOOK, tf.formula().contains("(k1 + 1)"));
  }

  @Test
  void badInputIsNamed() {
    assertMessage(
        "there are no documents: an index needs at least one", () -> InvertedIndex.of(List.of()));
    Bm25 bm25 = new Bm25(InvertedIndex.of(SMALL), Bm25.Settings.STANDARD);
    List<String> cat = List.of("cat");
    assertMessage("document is 4: it must be in 0..3", () -> bm25.explain(cat, 4));
    assertMessage("document is -1: it must be in 0..3", () -> bm25.score(cat, -1));
    assertMessage("document is 9: it must be in 0..3", () -> bm25.index().length(9));
    assertMessage("k is 0: it must be at least 1", () -> bm25.search(cat, 0));
    assertMessage("k is -3: it must be at least 1", () -> bm25.search(cat, -3));
    assertMessage(
        "k1 is -0.1: it must be a finite number that is not negative",
        () -> bm25.settings().with(-0.1, 0.5));
    assertMessage(
        "k1 is NaN: it must be a finite number that is not negative",
        () -> bm25.settings().with(Double.NaN, 0.5));
    assertMessage(
        "k1 is Infinity: it must be a finite number that is not negative",
        () -> bm25.settings().with(Double.POSITIVE_INFINITY, 0.5));
    assertMessage("b is 1.5: it must be in 0..1", () -> bm25.settings().with(1, 1.5));
    assertMessage("b is -0.5: it must be in 0..1", () -> bm25.settings().with(1, -0.5));
    assertMessage("b is NaN: it must be in 0..1", () -> bm25.settings().with(1, Double.NaN));
    assertMessage("score has no part bird: it has [cat]", () -> bm25.explain(cat, 0).part("bird"));
  }

  static void assertMessage(String message, Runnable action) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
  }
}

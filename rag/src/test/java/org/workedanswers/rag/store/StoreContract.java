package org.workedanswers.rag.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** What every store must do. A store's own test says how one is made. */
public abstract class StoreContract {
  /** d of the stores under test. */
  protected static final int D = 7;

  /** An empty store of dimension {@link #D}. */
  protected abstract PassageStore open() throws Exception;

  /** By how much a cosine may differ from the exact one. */
  protected double tolerance() {
    return 1e-6;
  }

  /** An entry whose passages have these texts, with random embeddings and metadata by place. */
  protected static Entry entry(SeededRandom random, String document, String... texts) {
    List<Passage> passages = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < texts.length; i++) {
      String text = texts[i];
      int occurrence = 0;
      for (int j = 0; j < i; j++) {
        occurrence += texts[j].equals(text) ? 1 : 0;
      }
      Map<String, String> metadata =
          Map.of("place", i % 2 == 0 ? "even" : "odd", "quoted 'key\"", "it's; --" + i);
      passages.add(
          new Passage(
              Passage.id(document, "", text, occurrence),
              document,
              at,
              at + text.length(),
              i == 1 ? "Title of " + document : "",
              text,
              metadata));
      at += text.length() + 1;
    }
    return new Entry(document, "f" + texts.length, passages, random.gaussian(texts.length, D, 1));
  }

  private static List<String> ids(List<Found> found) {
    return found.stream().map(f -> f.passage().id()).toList();
  }

  @Test
  void anEmptyStoreFindsNothing() throws Exception {
    try (PassageStore store = open()) {
      assertEquals(D, store.dimension());
      assertEquals(0, store.size());
      assertEquals(Map.of(), store.documents());
      assertEquals(List.of(), store.byWords("causal mask", 3, MetadataFilter.ALL));
      assertEquals(List.of(), store.byMeaning(new float[D], 3, MetadataFilter.ALL));
      assertEquals(Map.of(), store.embeddings("none"));
      assertEquals(List.of(), store.passages("none"));
      assertFalse(store.remove("none"));
    }
  }

  @Test
  void whatIsPutIsFoundAsItWasPut() throws Exception {
    SeededRandom random = new SeededRandom(1);
    try (PassageStore store = open()) {
      Entry entry =
          entry(
              random, "notes/ä b'c\".md", "A causal mask hides the future.", "Rows sum to one 🙂.");
      store.put(entry);
      assertEquals(Map.of(entry.document(), "f2"), store.documents());
      assertEquals(2, store.size());
      List<Found> words = store.byWords("causal", 5, MetadataFilter.ALL);
      assertEquals(List.of(entry.passages().get(0)), words.stream().map(Found::passage).toList());
      assertTrue(words.get(0).score() > 0);
      List<Found> titled = store.byWords("title", 5, MetadataFilter.ALL);
      assertEquals(List.of(entry.passages().get(1)), titled.stream().map(Found::passage).toList());
      List<Found> meaning = store.byMeaning(entry.embeddings().row(1), 1, MetadataFilter.ALL);
      assertEquals(entry.passages().get(1), meaning.get(0).passage());
      assertEquals(1, meaning.get(0).score(), tolerance());
      assertEquals(entry.passages(), store.passages(entry.document()));
      Map<String, float[]> embeddings = store.embeddings(entry.document());
      assertEquals(2, embeddings.size());
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(
            entry.embeddings().row(i), embeddings.get(entry.passages().get(i).id()), 0);
      }
    }
  }

  @Test
  void aDocumentIsReplacedAndRemovedWhole() throws Exception {
    SeededRandom random = new SeededRandom(2);
    try (PassageStore store = open()) {
      store.put(entry(random, "a", "first words", "more words", "last words"));
      store.put(entry(random, "b", "other words"));
      assertEquals(4, store.byWords("words", 9, MetadataFilter.ALL).size());
      store.put(entry(random, "a", "more words"));
      assertEquals(2, store.size());
      assertEquals(Map.of("a", "f1", "b", "f1"), store.documents());
      assertEquals(
          Set.of("more words", "other words"),
          Set.copyOf(
              store.byWords("words", 9, MetadataFilter.ALL).stream()
                  .map(f -> f.passage().text())
                  .toList()));
      assertEquals(List.of(), store.byWords("last", 9, MetadataFilter.ALL));
      assertTrue(store.remove("a"));
      assertFalse(store.remove("a"));
      assertEquals(1, store.size());
      assertEquals(1, store.byMeaning(ones(), 9, MetadataFilter.ALL).size());
      store.put(new Entry("empty", "f0", List.of(), Matrix.zeros(0, D)));
      assertEquals(Map.of("b", "f1", "empty", "f0"), store.documents());
      assertEquals(1, store.size());
    }
  }

  @Test
  void meaningIsTheCosine() throws Exception {
    SeededRandom random = new SeededRandom(3);
    try (PassageStore store = open()) {
      Map<String, float[]> all = new TreeMap<>();
      for (int d = 0; d < 9; d++) {
        String[] texts = new String[random.below(9)];
        Arrays.setAll(texts, i -> "text " + i);
        Entry entry = entry(random, "document " + d, texts);
        if (texts.length > 3) { // one without a direction, and two alike
          Arrays.fill(
              entry.embeddings().data(),
              entry.embeddings().index(0, 0),
              entry.embeddings().index(0, 0) + D,
              0);
          System.arraycopy(
              entry.embeddings().row(1),
              0,
              entry.embeddings().data(),
              entry.embeddings().index(2, 0),
              D);
        }
        store.put(entry);
        for (int i = 0; i < texts.length; i++) {
          all.put(entry.passages().get(i).id(), entry.embeddings().row(i));
        }
      }
      for (int round = 0; round < 20; round++) {
        float[] query = random.gaussian(1, D, 1).row(0);
        int k = 1 + random.below(all.size() + 3);
        List<Found> found = store.byMeaning(query, k, MetadataFilter.ALL);
        assertEquals(Math.min(k, all.size()), found.size());
        List<Double> exact = all.values().stream().map(e -> cosine(query, e)).sorted().toList();
        for (int i = 0; i < found.size(); i++) {
          Found f = found.get(i);
          assertEquals(cosine(query, all.get(f.passage().id())), f.score(), tolerance());
          assertEquals(exact.get(exact.size() - 1 - i), f.score(), tolerance());
          if (i > 0 && found.get(i - 1).score() == f.score()) {
            assertTrue(found.get(i - 1).passage().id().compareTo(f.passage().id()) < 0);
          }
        }
      }
      assertEquals(0, store.byMeaning(new float[D], 1, MetadataFilter.ALL).get(0).score());
    }
  }

  private static double cosine(float[] x, float[] y) {
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += (double) x[i] * y[i];
      xx += (double) x[i] * x[i];
      yy += (double) y[i] * y[i];
    }
    return xx == 0 || yy == 0 ? 0 : xy / Math.sqrt(xx * yy);
  }

  private static float[] ones() {
    float[] ones = new float[D];
    Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void equalOnesComeByTheirIds() throws Exception {
    Matrix same = new SeededRandom(9).gaussian(1, D, 1);
    try (PassageStore store = open()) {
      for (String id : List.of("y", "z", "x", "w")) {
        Passage passage = new Passage(id, "of " + id, 0, 4, "", "word", Map.of());
        store.put(new Entry("of " + id, "f", List.of(passage), same));
      }
      List<String> expected = List.of("w", "x", "y", "z");
      for (int k = 1; k <= 4; k++) {
        assertEquals(expected.subList(0, k), ids(store.byWords("word", k, MetadataFilter.ALL)));
        assertEquals(
            expected.subList(0, k), ids(store.byMeaning(same.row(0), k, MetadataFilter.ALL)));
      }
    }
  }

  @Test
  void documentsPutTogetherAreAsPutOneByOne() throws Exception {
    SeededRandom random = new SeededRandom(10);
    Entry a = entry(random, "a", "first", "second");
    Entry emptied = new Entry("a", "none", List.of(), Matrix.zeros(0, D));
    Entry heir =
        new Entry("b", "f", List.of(moved(a.passages().get(0), "b")), random.gaussian(1, D, 1));
    try (PassageStore store = open()) {
      store.putAll(List.of(a, emptied, heir));
      assertEquals(Map.of("a", "none", "b", "f"), store.documents());
      assertMessage("document b already", () -> store.putAll(List.of(entry(random, "c", "x"), a)));
      assertEquals(Map.of("a", "none", "b", "f", "c", "f1"), store.documents());
      Entry again = entry(random, "b", "other");
      store.putAll(List.of(again, a));
      assertEquals(4, store.size());
      assertEquals("b", store.byWords("other", 1, MetadataFilter.ALL).get(0).passage().document());
      store.putAll(List.of());
    }
  }

  @Test
  void rarerWordsAndMoreOfThemWeighMore() throws Exception {
    SeededRandom random = new SeededRandom(4);
    try (PassageStore store = open()) {
      store.put(
          entry(
              random, "a", "mask common", "causal common", "common common", "causal mask common"));
      store.put(entry(random, "b", "common", "common thing", "common place"));
      List<Found> found = store.byWords("causal mask common", 9, MetadataFilter.ALL);
      assertEquals("causal mask common", found.get(0).passage().text());
      assertEquals(7, found.size());
      for (int i = 1; i < found.size(); i++) {
        assertTrue(found.get(i - 1).score() >= found.get(i).score());
      }
      assertEquals(
          ids(found).subList(0, 3),
          ids(store.byWords("causal mask common", 3, MetadataFilter.ALL)));
      // What a query language would read as its own signs are no words.
      String signs = "causal AND (mask) OR +\"common\" -'x' & | ! : * ? ~ ^ [] {} \\ % _ ; -- /";
      assertEquals(
          "causal mask common",
          store.byWords(signs, 9, MetadataFilter.ALL).get(0).passage().text());
      for (String nothing : new String[] {"", " ", "?!", "\"", "zzz", "AND", "\u0000"}) {
        assertEquals(List.of(), store.byWords(nothing, 9, MetadataFilter.ALL), nothing);
      }
      String long1000 = "causal unknown ".repeat(500);
      assertEquals(2, store.byWords(long1000, 9, MetadataFilter.ALL).size());
    }
  }

  @Test
  void bothIsEachToItsDepth() throws Exception {
    SeededRandom random = new SeededRandom(11);
    try (PassageStore store = open()) {
      for (int d = 0; d < 5; d++) {
        store.put(entry(random, "d" + d, "word one", "two", "word three", "word word"));
      }
      float[] query = random.gaussian(1, D, 1).row(0);
      MetadataFilter even = MetadataFilter.equal("place", "even");
      for (MetadataFilter filter : List.of(MetadataFilter.ALL, even)) {
        for (int[] depths : new int[][] {{3, 7}, {20, 1}, {1, 99}}) {
          PassageStore.Both both = store.both("word", depths[0], query, depths[1], filter);
          assertEquals(store.byWords("word", depths[0], filter), both.byWords());
          assertEquals(store.byMeaning(query, depths[1], filter), both.byMeaning());
        }
      }
      PassageStore.Both none = store.both("", 3, query, 3, MetadataFilter.ALL);
      assertEquals(List.of(), none.byWords());
      assertEquals(3, none.byMeaning().size());
      assertMessage("k", () -> store.both("word", 0, query, 1, MetadataFilter.ALL));
      assertMessage("k", () -> store.both("word", 1, query, 0, MetadataFilter.ALL));
    }
  }

  @Test
  void filtersLetThroughWhatTheySay() throws Exception {
    SeededRandom random = new SeededRandom(5);
    try (PassageStore store = open()) {
      List<Passage> all = new ArrayList<>();
      for (int d = 0; d < 6; d++) {
        String[] texts = new String[1 + random.below(12)];
        Arrays.setAll(texts, i -> "word number" + i);
        Entry entry = entry(random, "d" + d, texts);
        store.put(entry);
        all.addAll(entry.passages());
      }
      MetadataFilter even = MetadataFilter.equal("place", "even");
      MetadataFilter quoted =
          new MetadataFilter.In("quoted 'key\"", Set.of("it's; --1", "it's; --4", "?"));
      List<MetadataFilter> filters =
          List.of(
              MetadataFilter.ALL,
              even,
              quoted,
              new MetadataFilter.Not(even),
              new MetadataFilter.And(List.of(even, quoted)),
              new MetadataFilter.Or(List.of(quoted, even)),
              new MetadataFilter.Or(List.of()),
              new MetadataFilter.In("place", Set.of()),
              MetadataFilter.equal("unknown", "even"),
              new MetadataFilter.Not(MetadataFilter.equal("unknown", "even")),
              new MetadataFilter.Not(
                  new MetadataFilter.Or(List.of(quoted, new MetadataFilter.Not(even)))));
      for (MetadataFilter filter : filters) {
        Set<String> expected =
            Set.copyOf(
                all.stream().filter(p -> filter.test(p.metadata())).map(Passage::id).toList());
        assertEquals(
            expected, Set.copyOf(ids(store.byWords("word", 99, filter))), filter.toString());
        assertEquals(
            expected, Set.copyOf(ids(store.byMeaning(ones(), 99, filter))), filter.toString());
        int k = Math.min(2, expected.size());
        assertEquals(k, store.byMeaning(ones(), 2, filter).size(), filter.toString());
        assertEquals(k, store.byWords("word", 2, filter).size(), filter.toString());
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedAndChangesNothing() throws Exception {
    SeededRandom random = new SeededRandom(6);
    try (PassageStore store = open()) {
      Entry a = entry(random, "a", "words");
      store.put(a);
      Entry wide =
          new Entry(
              "w",
              "f",
              a.passages().stream().map(p -> moved(p, "w")).toList(),
              random.gaussian(1, D + 1, 1));
      assertMessage(D + 1 + " numbers", () -> store.put(wide));
      Entry thief =
          new Entry("t", "f", List.of(moved(a.passages().get(0), "t")), random.gaussian(1, D, 1));
      assertMessage("document a already", () -> store.put(thief));
      assertMessage("\\ud800, half of a character", () -> entry(random, "x\ud800", "words"));
      assertMessage("\\udc00, half of a character", () -> entry(random, "x", "wo\udc00rds"));
      MetadataFilter one = MetadataFilter.equal("a", "b");
      assertMessage(
          "a filter of 151 parts: it can have 150 at most",
          () -> new MetadataFilter.Or(java.util.Collections.nCopies(150, one)));
      assertMessage("k", () -> store.byWords("words", 0, MetadataFilter.ALL));
      assertMessage("k", () -> store.byMeaning(ones(), -1, MetadataFilter.ALL));
      assertMessage(
          D + 2 + " numbers", () -> store.byMeaning(new float[D + 2], 1, MetadataFilter.ALL));
      float[] nan = ones();
      nan[3] = Float.NaN;
      assertMessage("NaN", () -> store.byMeaning(nan, 1, MetadataFilter.ALL));
      Matrix tiny = Matrix.zeros(1, D);
      java.util.Arrays.fill(tiny.data(), 1e-20f);
      assertMessage("has length 2.6", () -> new Entry("a", "f", a.passages(), tiny));
      assertMessage("has length 2.6", () -> store.byMeaning(tiny.data(), 1, MetadataFilter.ALL));
      assertEquals(Map.of("a", "f1"), store.documents());
      assertEquals(1, store.size());
    }
  }

  private static Passage moved(Passage p, String document) {
    return new Passage(p.id(), document, p.from(), p.to(), p.title(), p.text(), p.metadata());
  }

  private static void assertMessage(String part, Runnable action) {
    String message = assertThrows(IllegalArgumentException.class, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void aClosedStoreSaysSo() throws Exception {
    PassageStore store = open();
    store.close();
    store.close();
    assertThrows(IllegalStateException.class, store::documents);
    assertThrows(IllegalStateException.class, () -> store.byWords("x", 1, MetadataFilter.ALL));
    assertThrows(
        IllegalStateException.class, () -> store.put(entry(new SeededRandom(7), "a", "x")));
  }

  @Test
  void searchesSeeWholeDocumentsWhileTheyChange() throws Exception {
    int rounds = 60;
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(8), "a", "common 0 x", "common 0 y", "common 0 z"));
      AtomicBoolean done = new AtomicBoolean();
      List<Future<Integer>> readers = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        boolean words = t == 0;
        readers.add(
            threads.submit(
                () -> {
                  int looks = 0;
                  while (!done.get() || looks == 0) {
                    List<Found> found =
                        words
                            ? store.byWords("common", 9, MetadataFilter.ALL)
                            : store.byMeaning(ones(), 9, MetadataFilter.ALL);
                    Set<String> states = new java.util.HashSet<>();
                    found.forEach(f -> states.add(f.passage().text().split(" ")[1]));
                    assertEquals(3, found.size());
                    assertEquals(1, states.size(), states.toString());
                    looks++;
                  }
                  return looks;
                }));
      }
      for (int i = 1; i <= rounds; i++) {
        store.put(
            entry(
                new SeededRandom(i),
                "a",
                "common " + i + " x",
                "common " + i + " y",
                "common " + i + " z"));
      }
      done.set(true);
      for (Future<Integer> reader : readers) {
        assertTrue(reader.get() > 0);
      }
    } finally {
      threads.shutdownNow();
    }
  }
}

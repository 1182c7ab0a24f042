package org.workedanswers.lucene;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.WordAnalyzer;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreContract;
import org.workedanswers.rag.store.StoreException;

class LuceneStoreTest extends StoreContract {
  @TempDir Path folder;

  private static LuceneStore.Settings settings(int dimension) {
    return new LuceneStore.Settings(dimension, new WordAnalyzer(), "words", 1.2f, 0.75f);
  }

  @Override
  protected PassageStore open() {
    return LuceneStore.open(folder.resolve("index"), settings(D));
  }

  @Test
  void whatWasPutIsThereWhenItIsOpenedAgain() {
    SeededRandom random = new SeededRandom(11);
    Entry a = entry(random, "a", "causal mask", "more");
    Entry b = entry(random, "b", "other words");
    try (PassageStore store = open()) {
      store.putAll(List.of(a, b));
      store.remove("b");
    }
    try (PassageStore store = open()) {
      assertEquals(Map.of("a", "f2"), store.documents());
      assertEquals(
          a.passages().get(0), store.byWords("causal", 1, MetadataFilter.ALL).get(0).passage());
      assertEquals(
          a.passages().get(1),
          store.byMeaning(a.embeddings().row(1), 1, MetadataFilter.ALL).get(0).passage());
    }
  }

  @Test
  void wordsScoreAsInMemoryWithOneByteLengths() {
    SeededRandom random = new SeededRandom(12);
    String[] words = {"mask", "row", "key", "query", "value", "head", "token", "layer"};
    Bm25.Settings bm25 = Bm25.Settings.STANDARD.with(Bm25.Lengths.ONE_BYTE);
    try (PassageStore lucene = open();
        PassageStore memory =
            new MemoryStore(PlainKernels.PLAIN, Loop.sequential(), D, new WordAnalyzer(), bm25)) {
      List<Entry> entries = new ArrayList<>();
      for (int d = 0; d < 30; d++) {
        String[] texts = new String[1 + random.below(5)];
        for (int i = 0; i < texts.length; i++) {
          StringBuilder text = new StringBuilder("passage" + i);
          for (int w = random.below(60); w > 0; w--) {
            text.append(' ').append(words[random.below(1 + random.below(words.length))]);
          }
          texts[i] = text.toString();
        }
        entries.add(entry(random, "document" + d, texts));
      }
      lucene.putAll(entries);
      memory.putAll(entries);
      for (int round = 0; round < 30; round++) {
        String query = words[random.below(8)] + " " + words[random.below(8)];
        List<Found> expected = memory.byWords(query, 200, MetadataFilter.ALL);
        List<Found> found = lucene.byWords(query, 200, MetadataFilter.ALL);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
          assertEquals(
              expected.get(i).score(), found.get(i).score(), 1e-5 * expected.get(0).score());
        }
      }
    }
  }

  @Test
  void longEmbeddingsFit() {
    for (int d : new int[] {1025, 3072, LuceneStore.MAX_DIMENSION}) {
      Path at = folder.resolve("long" + d);
      SeededRandom random = new SeededRandom(d);
      List<Passage> passages = entry(random, "a", "x y", "z").passages();
      Matrix e = random.gaussian(2, d, 1);
      try (PassageStore store = LuceneStore.open(at, settings(d))) {
        store.put(new Entry("a", "f", passages, e));
      }
      try (PassageStore store = LuceneStore.open(at, settings(d))) {
        Found found = store.byMeaning(e.row(1), 1, MetadataFilter.ALL).get(0);
        assertEquals(passages.get(1), found.passage());
        assertEquals(1, found.score(), 1e-5);
      }
    }
    assertThrows(IllegalArgumentException.class, () -> settings(LuceneStore.MAX_DIMENSION + 1));
  }

  @Test
  void whatIsNoIndexOfItsOwnIsRefused() throws IOException {
    Path other = Files.createDirectory(folder.resolve("notes"));
    Files.writeString(other.resolve("diary.txt"), "dear");
    assertMessage(IllegalArgumentException.class, "holds diary.txt", other, settings(D));
    assertEquals(1, Files.list(other).count());
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertMessage(StoreException.class, "can't open the index", file, settings(D));
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(13), "a", "x"));
      assertMessage(StoreException.class, "another process", folder.resolve("index"), settings(D));
    }
    assertMessage(
        IllegalArgumentException.class,
        "has dimension 7 and not 8",
        folder.resolve("index"),
        settings(8));
    LuceneStore.Settings stemming =
        new LuceneStore.Settings(D, new WordAnalyzer(), "stems", 1.2f, 0.75f);
    assertMessage(
        IllegalArgumentException.class,
        "analyzer words and not stems",
        folder.resolve("index"),
        stemming);
  }

  @Test
  void aDamagedIndexIsNamedAndNothingElseHappens() throws IOException {
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(14), "a", "x y z", "z"));
    }
    List<Path> files;
    try (Stream<Path> list = Files.list(folder.resolve("index"))) {
      files = list.filter(f -> !f.endsWith("write.lock")).toList();
    }
    SeededRandom random = new SeededRandom(15);
    int refused = 0;
    for (Path file : files) {
      byte[] whole = Files.readAllBytes(file);
      for (int cut : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
        Files.write(file, java.util.Arrays.copyOf(whole, cut));
        refused += opens() ? 0 : 1;
      }
      for (int round = 0; round < 4; round++) {
        byte[] flipped = whole.clone();
        flipped[random.below(flipped.length)] ^= (byte) (1 << random.below(8));
        Files.write(file, flipped);
        refused += opens() ? 0 : 1;
      }
      Files.write(file, whole);
    }
    assertEquals(8 * files.size(), refused);
    assertTrue(opens());
  }

  /** Whether it opens and finds what was put; else it must say why. */
  private boolean opens() {
    try (PassageStore store = open()) {
      return store.byWords("z", 5, MetadataFilter.ALL).size() == 2;
    } catch (StoreException | IllegalArgumentException e) {
      assertTrue(e.getMessage().contains(folder.resolve("index").toString()), e.getMessage());
      return false;
    }
  }

  @Test
  void aFolderThatAKilledProcessBeganIsTakenOver() throws IOException {
    Path index = Files.createDirectories(folder.resolve("index"));
    Files.createFile(index.resolve("write.lock"));
    Files.write(index.resolve("pending_segments_1"), new byte[] {1, 2, 3});
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(17), "a", "x"));
      assertEquals(1, store.size());
    }
  }

  @Test
  void anInterruptedThreadHarmsNobodyElse() {
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(18), "a", "x"));
      Thread.currentThread().interrupt();
      try {
        store.put(entry(new SeededRandom(19), "b", "y"));
      } catch (StoreException e) {
        assertTrue(e.getMessage().contains("interrupted"), e.getMessage());
      } finally {
        assertTrue(Thread.interrupted());
      }
      store.put(entry(new SeededRandom(20), "c", "z"));
      assertTrue(store.documents().keySet().containsAll(List.of("a", "c")));
      assertEquals(1, store.byWords("z", 3, MetadataFilter.ALL).size());
    }
  }

  /** What Lucene counts as clauses: the most words beside the largest filter. */
  @Test
  void theMostWordsAndTheLargestFilterGoTogether() {
    MetadataFilter filter = MetadataFilter.equal("place", "even");
    while (filter.parts() < MetadataFilter.MAX_PARTS) {
      filter = new MetadataFilter.Not(filter);
    }
    List<MetadataFilter> many = new ArrayList<>();
    while (many.size() < MetadataFilter.MAX_PARTS - 1) {
      many.add(MetadataFilter.equal("place", "p" + many.size()));
    }
    MetadataFilter wide = new MetadataFilter.Or(many);
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < LuceneStore.MAX_WORDS; i++) {
      query.append(" w").append(i);
    }
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(21), "a", "w7 x"));
      int expected = filter.test(Map.of("place", "even")) ? 1 : 0;
      assertEquals(expected, store.byWords(query.toString(), 3, filter).size());
      assertEquals(expected, store.byMeaning(new float[D], 3, filter).size());
      assertEquals(0, store.byWords(query.toString(), 3, wide).size());
    }
  }

  @Test
  void tooManyWordsAreCounted() {
    StringBuilder query = new StringBuilder();
    for (int i = 0; i < LuceneStore.MAX_WORDS; i++) {
      query.append(" w").append(i);
    }
    try (PassageStore store = open()) {
      store.put(entry(new SeededRandom(16), "a", "w7 x"));
      assertEquals(1, store.byWords(query.toString(), 3, MetadataFilter.ALL).size());
      String more = query + " one";
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> store.byWords(more, 3, MetadataFilter.ALL))
              .getMessage();
      assertTrue(message.contains("701 different words: at most 700"), message);
    }
  }

  private static void assertMessage(
      Class<? extends RuntimeException> type, String part, Path folder, LuceneStore.Settings s) {
    String message = assertThrows(type, () -> LuceneStore.open(folder, s)).getMessage();
    assertTrue(message.contains(part) && message.contains(folder.toString()), message);
  }
}

package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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
import org.workedanswers.rag.store.StoreException;

/** What is this store's own: its settings, its words, its limits, what PostgreSQL can't hold. */
class PgVectorCollectionTest {
  private static final int D = 7;
  private static final String SCHEMA = PgVectorStoreTest.SCHEMA;
  private static Lender pool;

  @BeforeAll
  static void connect() {
    pool = PgServer.pool();
  }

  @AfterAll
  static void disconnect() throws SQLException {
    if (pool != null) {
      pool.close();
    }
  }

  @BeforeEach
  void drop() throws SQLException {
    PgVectorStoreTest.run(pool, "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
  }

  @AfterEach
  void allConnectionsAreBack() throws SQLException {
    assertEquals(0, pool.out());
    drop();
  }

  private static PgVectorStore open(int dimension, String textSearch, String embedder) {
    return PgVectorStore.open(
        pool.dataSource(), new PgVectorStore.Settings(SCHEMA, dimension, textSearch, embedder));
  }

  private static PgVectorStore open() {
    return open(D, "simple", "random");
  }

  private static Entry one(String document, String id, String text) {
    Passage passage = new Passage(id, document, 0, text.length(), "", text, Map.of());
    return new Entry(document, "f", List.of(passage), new SeededRandom(1).gaussian(1, D, 1));
  }

  private static <T extends Throwable> void refused(Class<T> type, String part, Runnable action) {
    String message = assertThrows(type, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  @Test
  void aCollectionIsOpenedWithWhatItWasMadeWith() {
    Entry entry = Entries.of(new SeededRandom(2), "a", "causal mask", "more");
    try (PassageStore store = open()) {
      store.put(entry);
    }
    try (PassageStore store = open()) {
      assertEquals(entry.passages(), store.passages("a"));
    }
    Class<IllegalArgumentException> type = IllegalArgumentException.class;
    refused(type, SCHEMA + " has dimension 7 and not 8", () -> open(8, "simple", "random"));
    refused(type, "has embedder random and not e5", () -> open(D, "simple", "e5"));
    refused(
        type,
        "has text search configuration pg_catalog.simple and not pg_catalog.english",
        () -> open(D, "english", "random"));
    refused(type, "no text search configuration klingon", () -> open(D, "klingon", "random"));
    refused(type, "dimension is 4001", () -> open(4001, "simple", "random"));
    for (String bad : List.of("", "a\"b", "a; DROP TABLE x", "1a", "ä", "a.b", "x".repeat(64))) {
      refused(
          type,
          "the schema is called \"" + bad + "\"",
          () -> new PgVectorStore.Settings(bad, D, "simple", "random"));
    }
    refused(type, "configuration is called", () -> open(D, "simple'", "random"));
  }

  @Test
  void aSchemaWithOthersTablesIsLeftAlone() throws SQLException {
    PgVectorStoreTest.run(
        pool, "CREATE SCHEMA " + SCHEMA + "; CREATE TABLE " + SCHEMA + ".passages (mine text)");
    refused(StoreException.class, "can't open the collection " + SCHEMA, () -> open());
    PgVectorStoreTest.run(pool, "INSERT INTO " + SCHEMA + ".passages (mine) VALUES ('x')");
  }

  @Test
  void nothingInTheSearchPathMatters() throws SQLException {
    Lender lost = PgServer.isNative() ? PgServer.pool("SET search_path = ''") : pool;
    if (!PgServer.isNative()) {
      PgVectorStoreTest.run(pool, "SET search_path = ''");
    }
    try (PassageStore store = PgVectorStore.open(lost.dataSource(), PgVectorStoreTest.settings())) {
      store.put(one("a", "p", "word"));
      assertEquals(1, store.both("word", 1, new float[D], 1, MetadataFilter.ALL).byWords().size());
      float[] query = {1, 2, 3, 4, 5, 6, 7};
      assertEquals(1, store.byMeaning(query, 1, MetadataFilter.ALL).size());
    } finally {
      PgVectorStoreTest.run(pool, "RESET search_path");
    }
    if (lost != pool) {
      lost.close();
    }
  }

  /** Our own BM25 is the oracle. */
  @Test
  void wordsScoreAsInMemory() {
    SeededRandom random = new SeededRandom(12);
    String[] words = {"mask", "row", "key", "query", "value", "head", "token", "layer"};
    try (PassageStore database = open();
        PassageStore memory =
            new MemoryStore(
                PlainKernels.PLAIN,
                Loop.sequential(),
                D,
                new WordAnalyzer(),
                Bm25.Settings.STANDARD)) {
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
        entries.add(Entries.of(random, "document" + d, texts));
      }
      entries.add(one("wordless", "w", "?!"));
      database.putAll(entries);
      memory.putAll(entries);
      database.put(entries.get(3)); // its sizes must not be counted twice
      database.remove("document7");
      memory.remove("document7");
      MetadataFilter odd = MetadataFilter.equal("place", "odd");
      for (int round = 0; round < 12; round++) {
        String query = words[random.below(8)] + " " + words[random.below(8)] + " " + words[0];
        MetadataFilter filter = round % 3 == 0 ? odd : MetadataFilter.ALL;
        List<Found> expected = memory.byWords(query, 200, MetadataFilter.ALL);
        expected = expected.stream().filter(f -> filter.test(f.passage().metadata())).toList();
        List<Found> found = database.byWords(query, 200, filter);
        assertEquals(expected.size(), found.size());
        for (int i = 0; i < found.size(); i++) {
          assertEquals(expected.get(i).score(), found.get(i).score(), 1e-9);
        }
      }
    }
  }

  @Test
  void englishStemsAndLeavesOutStopWords() {
    try (PassageStore store = open(D, "english", "random")) {
      store.put(one("a", "p", "The masks are hiding the future's tokens"));
      assertEquals(1, store.byWords("mask hides token", 3, MetadataFilter.ALL).size());
      assertEquals(0, store.byWords("the are", 3, MetadataFilter.ALL).size());
    }
  }

  @Test
  void whatPostgresHasNoRoomForComesBackAsItWas() {
    String odd = "\u0000ab\u0000\ufdd0\ufdd1\u0000\u0000c \ufdd2\ufdd3 x\u0000";
    Map<String, String> metadata = Map.of("k" + odd, "v" + odd, "\u0000", "\ufdd0");
    Passage passage = new Passage("p" + odd, "d" + odd, 0, 9, "t" + odd, odd, metadata);
    Entry entry =
        new Entry("d" + odd, "f" + odd, List.of(passage), new SeededRandom(3).gaussian(1, D, 1));
    try (PassageStore store = open()) {
      store.put(entry);
      assertEquals(Map.of("d" + odd, "f" + odd), store.documents());
      assertEquals(List.of(passage), store.passages("d" + odd));
      assertEquals(Set.of("p" + odd), store.embeddings("d" + odd).keySet());
      MetadataFilter filter = MetadataFilter.equal("k" + odd, "v" + odd);
      for (String word : List.of("ab", "c", "x", "ab\u0000zzz", "\ud800ab\udc00")) {
        assertEquals(passage, store.byWords(word, 1, filter).get(0).passage());
      }
      assertEquals(List.of(), store.byWords("0", 1, MetadataFilter.ALL));
      for (String half : List.of("d\ud800", "\udc00", "d" + odd + "\ud800")) {
        assertFalse(store.remove(half));
        assertEquals(List.of(), store.passages(half));
        assertEquals(List.of(), store.byWords("ab", 1, MetadataFilter.equal("\u0000", half)));
      }
      assertTrue(store.remove("d" + odd));
      assertEquals(0, store.size());
    }
  }

  @Test
  void embeddingsComeBackBitForBit() {
    for (int d : new int[] {1, 2000, 2001, PgVectorStore.MAX_DIMENSION}) {
      SeededRandom random = new SeededRandom(d);
      int n = 6;
      Matrix e = random.gaussian(n, d, 1);
      scale(e, 1, 1e-13f);
      scale(e, 2, 1e12f);
      Arrays.fill(e.data(), e.index(3, 0), e.index(3, 0) + d, -0f);
      e.data()[e.index(4, 0)] = Float.MIN_VALUE;
      e.data()[e.index(4, 0) + d - 1] = 0.1f;
      String schema = SCHEMA;
      List<Passage> passages = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        passages.add(new Passage("p" + i, "a", i, i, "", "x", Map.of()));
      }
      PgVectorStore.Settings settings = new PgVectorStore.Settings(schema, d, "simple", "random");
      try (PassageStore store = PgVectorStore.open(pool.dataSource(), settings)) {
        store.put(new Entry("a", "f", passages, e));
        Map<String, float[]> there = store.embeddings("a");
        for (int i = 0; i < n; i++) {
          assertArrayEquals(bits(e.row(i)), bits(there.get("p" + i)));
          if (i != 3) {
            Found best = store.byMeaning(e.row(i), n, MetadataFilter.ALL).get(0);
            assertEquals(1, best.score(), 1e-5);
            assertTrue(d == 1 || best.passage().id().equals("p" + i));
          }
        }
        assertEquals(n, store.byMeaning(e.row(0), n, MetadataFilter.ALL).size());
      }
      assertDoesNotFail(() -> drop());
    }
  }

  private interface Fallible {
    void run() throws SQLException;
  }

  private static void assertDoesNotFail(Fallible action) {
    org.junit.jupiter.api.Assertions.assertDoesNotThrow(action::run);
  }

  private static void scale(Matrix m, int row, float by) {
    for (int j = 0; j < m.cols(); j++) {
      m.data()[m.index(row, j)] *= by;
    }
  }

  private static int[] bits(float[] x) {
    int[] bits = new int[x.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(x[i]));
    return bits;
  }

  @Test
  void whatIsTooLargeIsRefusedAndThoseAheadAreIn() {
    Class<IllegalArgumentException> type = IllegalArgumentException.class;
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 150_000; i++) {
      many.append(" word").append(i);
    }
    try (PassageStore store = open()) {
      Entry long2000 = one("d".repeat(2000), "p", "x");
      Entry long2001 = one("ä".repeat(1000) + "d", "q", "x");
      refused(type, "has 2001 bytes", () -> store.putAll(List.of(long2000, long2001)));
      refused(type, "of passage qqq", () -> store.put(one("a", "q".repeat(2001), "x")));
      assertEquals(Set.of("d".repeat(2000)), store.documents().keySet());
      Entry large = one("large", "l", many.toString());
      refused(
          type,
          "document large holds more than PostgreSQL takes",
          () -> store.putAll(List.of(one("b", "b", "x"), large, one("c", "c", "x"))));
      assertEquals(Set.of("d".repeat(2000), "b"), store.documents().keySet());
      refused(
          type,
          "more different words than PostgreSQL takes",
          () -> store.byWords(many.toString(), 1, MetadataFilter.ALL));
      assertEquals(2, store.byWords("x", 9, MetadataFilter.ALL).size());
    }
  }

  @Test
  void manyValuesAndTheLargestFilter() {
    String[] texts = new String[40];
    Arrays.setAll(texts, i -> "word " + i);
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      values.add("it's; --" + i);
    }
    MetadataFilter many = new MetadataFilter.In("quoted 'key\"", Set.copyOf(values));
    MetadataFilter nested = many;
    while (nested.parts() < MetadataFilter.MAX_PARTS) {
      nested = new MetadataFilter.Not(nested);
    }
    MetadataFilter missing =
        new MetadataFilter.Not(new MetadataFilter.In("missing", Set.copyOf(values)));
    try (PassageStore store = open()) {
      store.put(Entries.of(new SeededRandom(5), "a", texts));
      assertEquals(40, store.byWords("word", 99, many).size());
      assertEquals(40, store.byWords("word", 99, missing).size());
      assertEquals(0, store.byMeaning(new float[D], 99, nested).size());
    }
  }

  @Test
  void aDatabaseThatOnlyReadsIsSearched() throws SQLException {
    try (PassageStore store = open()) {
      store.put(one("a", "p", "word"));
    }
    PgVectorStoreTest.run(pool, "SET default_transaction_read_only = on");
    try (PassageStore store = open()) { // with a pool of one connection, or the first idle one
      assertEquals(1, store.byWords("word", 1, MetadataFilter.ALL).size());
      refused(StoreException.class, "only reads now", () -> store.put(one("b", "q", "word")));
      refused(StoreException.class, "remove document a", () -> store.remove("a"));
    } finally {
      PgVectorStoreTest.run(pool, "SET default_transaction_read_only = off");
    }
    try (PassageStore store = open()) {
      assertEquals(1, store.size());
    }
  }

  @Test
  void whoMayOnlyReadIsToldSo() throws SQLException {
    String drop = "DROP ROLE IF EXISTS worked_answers_reader";
    PgVectorStoreTest.run(pool, drop + "; CREATE ROLE worked_answers_reader");
    String reader = "SET ROLE worked_answers_reader";
    try {
      PgVectorStoreTest.run(pool, reader);
      refused(StoreException.class, "lacks a right", () -> open());
      PgVectorStoreTest.run(pool, "RESET ROLE");
      try (PassageStore store = open()) {
        store.put(one("a", "p", "word"));
      }
      PgVectorStoreTest.run(
          pool,
          String.format(
              "GRANT USAGE ON SCHEMA %1$s TO worked_answers_reader;"
                  + " GRANT SELECT ON ALL TABLES IN SCHEMA %1$s TO worked_answers_reader; %2$s",
              SCHEMA, reader));
      try (PassageStore store = open()) {
        float[] query = {1, 2, 3, 4, 5, 6, 7};
        assertEquals(1, store.both("word", 1, query, 1, MetadataFilter.ALL).byWords().size());
        assertEquals(Set.of("p"), store.embeddings("a").keySet());
        refused(StoreException.class, "lacks a right", () -> store.put(one("b", "q", "word")));
      }
    } finally {
      PgVectorStoreTest.run(pool, "RESET ROLE");
      drop();
      PgVectorStoreTest.run(pool, drop);
    }
  }

  @Test
  void aPgvectorThatIsTooOldIsNamed() throws SQLException {
    assumeFalse(PgServer.isNative(), "changes the catalogue, which others may use");
    PgVectorStoreTest.run(pool, "CREATE EXTENSION IF NOT EXISTS vector");
    for (String version : List.of("0.7.4", "0.10.0", "1.0")) {
      PgVectorStoreTest.run(
          pool,
          "BEGIN; UPDATE pg_extension SET extversion = '"
              + version
              + "'"
              + " WHERE extname = 'vector'; COMMIT");
      try {
        if (version.equals("0.7.4")) {
          refused(IllegalArgumentException.class, "is 0.7.4: 0.8 or newer", () -> open());
        } else {
          open().close();
        }
      } finally {
        PgVectorStoreTest.run(
            pool,
            "UPDATE pg_extension SET extversion = (SELECT default_version FROM"
                + " pg_available_extensions WHERE name = 'vector') WHERE extname = 'vector'");
      }
    }
  }

  @Test
  void anInterruptedThreadHarmsNobody() {
    try (PassageStore store = open()) {
      Thread.currentThread().interrupt();
      store.put(one("a", "p", "word"));
      assertTrue(Thread.interrupted());
      assertEquals(1, store.size());
    }
  }

  @Test
  void tablesThatAreGoneAreNamed() throws SQLException {
    try (PassageStore store = open()) {
      drop();
      refused(StoreException.class, "tables are gone", () -> store.size());
      refused(StoreException.class, "tables are gone", () -> store.put(one("a", "p", "x")));
    }
  }
}

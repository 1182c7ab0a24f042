package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.ds.PGSimpleDataSource;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreException;

/** A server of many backends: what is done to it at once, and what befalls it. */
@Tag("long")
@Timeout(300)
class PgVectorFailureTest {
  private static final String SCHEMA = PgVectorStoreTest.SCHEMA;
  private Lender pool;
  private ExecutorService threads;

  @BeforeEach
  void connect() throws SQLException {
    PgServer.needNative();
    pool = PgServer.pool();
    PgVectorStoreTest.run(pool, "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
    threads = Executors.newCachedThreadPool();
  }

  @AfterEach
  void disconnect() throws SQLException {
    if (threads != null) {
      threads.shutdownNow();
      assertEquals(0, pool.out());
      PgVectorStoreTest.run(pool, "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
      pool.close();
    }
  }

  private static PassageStore open(Lender pool) {
    return PgVectorStore.open(pool.dataSource(), PgVectorStoreTest.settings());
  }

  private static Entry entry(int seed, String document, String... texts) {
    return Entries.of(new SeededRandom(seed), document, texts);
  }

  /** Three passages that say which state of the document they are of. */
  private static Entry state(String document, int state) {
    String[] texts = new String[3];
    for (int i = 0; i < texts.length; i++) {
      texts[i] = "common " + state + " x" + i;
    }
    Entry e = entry(state, document, texts);
    return new Entry(document, "f" + state, e.passages(), e.embeddings());
  }

  private static void refused(String part, Runnable action) {
    String message = assertThrows(StoreException.class, action::run).getMessage();
    assertTrue(message.contains(part), message);
  }

  /** Runs something while another transaction holds a lock. */
  private void whileLocked(String lock, Callable<?> action) throws Exception {
    try (Connection c = PgServer.source("").getConnection();
        Statement s = c.createStatement()) {
      c.setAutoCommit(false);
      s.execute(lock);
      action.call();
      c.rollback();
    }
  }

  private static final String ALL_LOCKED =
      "LOCK TABLE " + SCHEMA + ".passages IN ACCESS EXCLUSIVE MODE";

  /** Waits until a backend waits for a lock, and does something to it. */
  private void toWhoWaits(String function) throws SQLException, InterruptedException {
    try (Connection c = PgServer.source("").getConnection();
        Statement s = c.createStatement()) {
      int done = 0;
      while (done == 0) {
        try (ResultSet rows =
            s.executeQuery(
                "SELECT "
                    + function
                    + "(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")) {
          while (rows.next()) {
            done++;
          }
        }
        Thread.sleep(5);
      }
    }
  }

  @Test
  void aBackendThatIsEndedInMidQueryIsToldAndReplaced() throws Exception {
    try (PassageStore store = open(pool)) {
      store.put(entry(1, "a", "word"));
      String[][] ends = {
        {"pg_terminate_backend", "ended the connection"}, {"pg_cancel_backend", "cancelled"}
      };
      for (String[] end : ends) {
        whileLocked(
            ALL_LOCKED,
            () -> {
              Future<?> search =
                  threads.submit(
                      () -> refused(end[1], () -> store.byWords("word", 1, MetadataFilter.ALL)));
              toWhoWaits(end[0]);
              return search.get();
            });
        whileLocked(
            ALL_LOCKED,
            () -> {
              Future<?> put =
                  threads.submit(() -> refused(end[1], () -> store.put(entry(2, "b", "word"))));
              toWhoWaits(end[0]);
              return put.get();
            });
        assertEquals(1, store.byWords("word", 9, MetadataFilter.ALL).size());
        assertEquals(Set.of("a"), store.documents().keySet());
      }
    }
  }

  @Test
  void timeOutsAreTold() throws Exception {
    Lender impatient = PgServer.pool("SET statement_timeout = '2s'", "SET lock_timeout = '100ms'");
    try (PassageStore store = open(impatient)) {
      store.put(entry(1, "a", "word"));
      whileLocked(
          "SELECT 1 FROM " + SCHEMA + ".settings FOR UPDATE",
          () -> {
            refused("lock_timeout", () -> store.put(entry(2, "b", "word")));
            assertEquals(1, store.byWords("word", 9, MetadataFilter.ALL).size());
            return null;
          });
    }
    impatient.close();
    Lender hasty = PgServer.pool("SET statement_timeout = '200ms'");
    try (PassageStore store = open(hasty)) {
      whileLocked(
          ALL_LOCKED,
          () -> {
            refused("statement_timeout", () -> store.byWords("word", 9, MetadataFilter.ALL));
            return null;
          });
      assertEquals(1, store.byWords("word", 9, MetadataFilter.ALL).size());
      assertEquals(0, hasty.out());
    }
    hasty.close();
  }

  @Test
  void aDatabaseOfAnotherEncodingIsRefused() throws SQLException {
    String drop = "DROP DATABASE IF EXISTS worked_answers_ascii";
    PgVectorStoreTest.run(pool, drop);
    PgVectorStoreTest.run(
        pool,
        "CREATE DATABASE worked_answers_ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
    PGSimpleDataSource ascii = PgServer.source("");
    ascii.setDatabaseName("worked_answers_ascii");
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> PgVectorStore.open(ascii, PgVectorStoreTest.settings()))
            .getMessage();
    assertTrue(message.contains("encoding is SQL_ASCII"), message);
    PgVectorStoreTest.run(pool, drop);
  }

  /** As one behind a pooler that knows no prepared statements asks. */
  @Test
  void theSimpleProtocolWillDo() throws SQLException {
    PGSimpleDataSource simple = PgServer.source("preferQueryMode=simple");
    try (PassageStore store = PgVectorStore.open(simple, PgVectorStoreTest.settings())) {
      Entry entry = entry(1, "a \\' \"", "word 'quoted' \\ ? word", "other");
      store.put(entry);
      MetadataFilter filter = MetadataFilter.equal("quoted 'key\"", "it's; --0");
      float[] query = entry.embeddings().row(0);
      PassageStore.Both both = store.both("'quoted' \\ ?", 3, query, 3, filter);
      assertEquals(entry.passages().get(0), both.byWords().get(0).passage());
      assertEquals(both.byWords().get(0).passage(), both.byMeaning().get(0).passage());
      assertArrayEquals(
          query, store.embeddings(entry.document()).get(entry.passages().get(0).id()));
    }
  }

  @Test
  void manyOpenOneCollectionAtOnce() throws Exception {
    List<Future<Long>> opened = new ArrayList<>();
    for (int t = 0; t < 8; t++) {
      opened.add(
          threads.submit(
              () -> {
                try (PassageStore store = open(pool)) {
                  return store.size();
                }
              }));
    }
    for (Future<Long> f : opened) {
      assertEquals(0, f.get());
    }
  }

  @Test
  void manyWritersAndReadersSeeWholeDocuments() throws Exception {
    List<String> names = List.of("a", "b", "c", "d", "e");
    try (PassageStore store = open(pool)) {
      names.forEach(name -> store.put(state(name, 0)));
    }
    AtomicInteger states = new AtomicInteger();
    AtomicBoolean done = new AtomicBoolean();
    List<Future<?>> writers = new ArrayList<>();
    List<Future<Integer>> readers = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      writers.add(
          threads.submit(
              () -> {
                SeededRandom random = new SeededRandom(seed);
                try (PassageStore store = open(pool)) {
                  for (int round = 0; round < 40; round++) {
                    List<Entry> entries = new ArrayList<>();
                    for (int i = random.below(4); i >= 0; i--) {
                      String name = names.get(random.below(names.size()));
                      entries.add(state(name, states.incrementAndGet()));
                    }
                    store.putAll(entries);
                  }
                }
              }));
    }
    for (int t = 0; t < 3; t++) {
      int way = t;
      readers.add(
          threads.submit(
              () -> {
                SeededRandom random = new SeededRandom(100 + way);
                int looks = 0;
                try (PassageStore store = open(pool)) {
                  while (!done.get() || looks == 0) {
                    float[] query = random.gaussian(1, 7, 1).row(0);
                    PassageStore.Both both =
                        store.both("common", 99, query, 99, MetadataFilter.ALL);
                    assertWhole(both.byWords(), names.size());
                    assertWhole(both.byMeaning(), names.size());
                    assertEquals(ids(both.byWords()), ids(both.byMeaning()), "of one state");
                    looks++;
                  }
                }
                return looks;
              }));
    }
    for (Future<?> writer : writers) {
      writer.get();
    }
    done.set(true);
    for (Future<Integer> reader : readers) {
      assertTrue(reader.get() > 0);
    }
  }

  private static Set<String> ids(List<Found> found) {
    Set<String> ids = new HashSet<>();
    found.forEach(f -> ids.add(f.passage().id()));
    return ids;
  }

  private static void assertWhole(List<Found> found, int documents) {
    Map<String, Set<String>> states = new TreeMap<>();
    for (Found f : found) {
      states
          .computeIfAbsent(f.passage().document(), d -> new HashSet<>())
          .add(f.passage().text().split(" ")[1]);
    }
    assertEquals(documents, states.size());
    assertEquals(3 * documents, found.size());
    states.forEach((document, of) -> assertEquals(1, of.size(), document + " " + of));
  }

  @Test
  void aFullDiskIsToldAndNothingIsLost() throws Exception {
    try {
      PgVectorStoreTest.run(pool, "CREATE TABLESPACE tiny LOCATION '/srv/tiny'");
    } catch (SQLException e) {
      assumeTrue(e.getMessage().contains("already exists"), "needs a small disk: " + e);
    }
    Lender small = PgServer.pool("SET default_tablespace = tiny");
    int kept = 0;
    try (PassageStore store = open(small)) {
      SeededRandom random = new SeededRandom(7);
      String[] message = new String[1];
      for (; message[0] == null && kept < 1000; kept++) {
        StringBuilder text = new StringBuilder("common");
        for (int w = 0; w < 5000; w++) {
          text.append(" w").append(random.below(1 << 30));
        }
        Entry entry = entry(kept, "d" + kept, text.toString());
        try {
          store.put(entry);
        } catch (StoreException e) {
          message[0] = e.getMessage();
        }
      }
      assertTrue(message[0].contains("disk is full; nothing of this call is kept"), message[0]);
      kept--; // the last was refused
      assertTrue(kept > 10, kept + " were kept");
      assertEquals(kept, store.documents().size());
      assertEquals(kept, store.byWords("common", 2000, MetadataFilter.ALL).size());
    }
    PgVectorStoreTest.run(pool, "DROP SCHEMA " + SCHEMA + " CASCADE");
    PgVectorStoreTest.run(pool, "DROP TABLESPACE tiny");
    assertEquals(0, small.out());
    small.close();
  }

  /** SIGKILL to the server and all of its backends, while several write. */
  @Test
  void whatReturnedIsKeptWhenTheServerIsKilled() throws Exception {
    String start = System.getProperty("workedanswers.pgvector.start", "");
    assumeTrue(!start.isBlank(), "needs -Dworkedanswers.pgvector.start, to start it again");
    SeededRandom random = new SeededRandom(8);
    Map<String, Integer> kept = new ConcurrentHashMap<>(); // the last state that put returned from
    Map<String, Integer> tried = new ConcurrentHashMap<>();
    AtomicInteger states = new AtomicInteger();
    int killedInPut = 0;
    for (int round = 0; round < 8; round++) {
      List<Future<Boolean>> writers = new ArrayList<>();
      try (PassageStore store = open(pool)) {
        for (int t = 0; t < 3; t++) {
          String document = "document " + t;
          writers.add(
              threads.submit(
                  () -> {
                    while (true) {
                      int state = states.incrementAndGet();
                      tried.put(document, state);
                      try {
                        store.put(state(document, state));
                      } catch (StoreException e) {
                        assertTrue(e.getMessage().contains("connection"), e.getMessage());
                        return true;
                      }
                      kept.put(document, state);
                      store.both("common", 9, new float[7], 9, MetadataFilter.ALL);
                    }
                  }));
        }
        Thread.sleep(100 + random.below(400));
        kill();
        for (Future<Boolean> writer : writers) {
          try {
            killedInPut += writer.get() ? 1 : 0;
          } catch (java.util.concurrent.ExecutionException e) { // in the search
            assertEquals(StoreException.class, e.getCause().getClass(), e.toString());
          }
        }
        refused("can't be reached", store::size);
      }
      pool.close();
      Process again =
          new ProcessBuilder(start.split(" "))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      assertEquals(0, again.waitFor());
      try (PassageStore store = open(pool)) {
        Map<String, String> there = store.documents();
        for (Map.Entry<String, Integer> e : kept.entrySet()) {
          String document = e.getKey();
          int state = Integer.parseInt(there.get(document).substring(1));
          int last = tried.get(document); // perhaps written, though put did not return
          assertTrue(state == e.getValue() || state == last, document + " " + there + kept + tried);
          List<Passage> expected = state(document, state).passages();
          assertEquals(expected, store.passages(document));
          assertEquals(3, store.embeddings(document).size());
        }
        assertWhole(store.byWords("common", 99, MetadataFilter.ALL), there.size());
        assertWhole(
            store.byMeaning(
                new SeededRandom(round).gaussian(1, 7, 1).row(0), 99, MetadataFilter.ALL),
            there.size());
      }
    }
    assertTrue(killedInPut > 0);
  }

  private void kill() throws SQLException, InterruptedException {
    long pid;
    try (Connection c = PgServer.source("").getConnection();
        Statement s = c.createStatement();
        ResultSet row =
            s.executeQuery("SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)")) {
      row.next();
      pid = row.getLong(1);
    }
    ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(server.children().toList());
    all.add(0, server);
    all.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle process : all) {
      while (process.isAlive()) {
        Thread.sleep(5);
      }
    }
  }
}

package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreContract;
import org.workedanswers.rag.store.StoreException;

/** What goes over the wire, counted there, and cut there. */
class PgVectorRoundTripTest {
  private static final int D = 7;
  private Lender pool;

  @BeforeEach
  void connect() throws SQLException {
    pool =
        new Lender(
            PgServer.source("socketFactory=" + Sockets.class.getName()),
            PgServer.isNative() ? 20 : 1);
    drop();
  }

  @AfterEach
  void disconnect() throws SQLException {
    Sockets.BREAKS_IN.set(0);
    if (pool != null) {
      drop();
      assertEquals(0, pool.out());
      pool.close();
    }
  }

  private void drop() throws SQLException {
    PgVectorStoreTest.run(pool, "DROP SCHEMA IF EXISTS " + PgVectorStoreTest.SCHEMA + " CASCADE");
  }

  private PassageStore open() {
    return PgVectorStore.open(pool.dataSource(), PgVectorStoreTest.settings());
  }

  /** From {@link StoreContract}, which this is no test of. */
  private static Entry entry(int seed, String document, String... texts) {
    return Entries.of(new SeededRandom(seed), document, texts);
  }

  @Test
  void bothIsOneRoundTrip() throws SQLException {
    try (PassageStore store = open()) {
      store.put(entry(1, "a", "word one", "word two", "three"));
      float[] query = new SeededRandom(2).gaussian(1, D, 1).row(0);
      assertTrue(store.asksOnce());
      MetadataFilter filter = MetadataFilter.equal("place", "even");
      for (int round = 0; round < 9; round++) { // the driver prepares what it has seen five times
        int trips = Sockets.TRIPS.get();
        int executed = pool.executed.get();
        PassageStore.Both both = store.both("word three", 5, query, 6, filter);
        assertEquals(1, pool.executed.get() - executed, "statements");
        // Once it has the server prepare a statement, the driver asks for its columns' types.
        assertEquals(1, Sockets.TRIPS.get() - trips, "round trips");
        assertEquals(2, both.byWords().size());
        assertEquals(2, both.byMeaning().size());
      }
    }
  }

  @Test
  void wherePutIsCutTheDocumentIsTheOldOrTheNew() throws SQLException {
    try (PassageStore store = open()) {
      int cuts = putAndBreak(store, Sockets.BREAKS_IN, "ended the connection");
      assertTrue(cuts > 4, cuts + " cuts");
      Sockets.BREAKS_IN.set(1);
      assertThrows(StoreException.class, () -> store.byWords("words", 9, MetadataFilter.ALL));
      assertEquals(2, store.byWords("words", 9, MetadataFilter.ALL).size());
    }
  }

  /** The server's transaction is sound then: it is on us to undo it. */
  @Test
  void whereTheDriverFailsTheDocumentIsTheOldOrTheNew() throws SQLException {
    try (PassageStore store = open()) {
      int failures = putAndBreak(store, pool.failsIn, "nothing of this call is kept");
      assertTrue(failures > 4, failures + " failures");
    }
  }

  /** Puts a document, which fails at the first, the second, ... step, until it does not. */
  private int putAndBreak(PassageStore store, AtomicInteger breaksIn, String said) {
    Entry old = entry(3, "a", "old words");
    for (int step = 1; ; step++) {
      store.put(old);
      Entry changed = entry(4 + step, "a", "new words", "new and more words");
      String message = null;
      breaksIn.set(step);
      try {
        store.put(changed);
      } catch (StoreException e) {
        message = e.getMessage();
        assertTrue(message.startsWith("can't "), message);
        assertTrue(message.contains("put document a"), message);
        assertTrue(message.contains(said), message);
      }
      breaksIn.set(0);
      assertEquals(0, pool.out());
      store.remove("none"); // waits until the server is done with what was cut
      List<Passage> now = store.passages("a");
      Entry is = now.size() == 1 ? old : changed;
      assertEquals(is.passages(), now);
      assertEquals(Map.of("a", is.fingerprint()), store.documents());
      assertEquals(is.passages().size(), store.byWords("words", 9, MetadataFilter.ALL).size());
      if (message == null) {
        assertEquals(changed, is);
        return step - 1;
      }
    }
  }

  @Test
  void aConnectionComesBackAsItWas() throws SQLException {
    PgVectorStoreTest.run(pool, "SELECT 1");
    Lender manual =
        new Lender(PgServer.source(""), 1) {
          @Override
          void prepare(Connection c) throws SQLException {
            c.setAutoCommit(false);
          }

          @Override
          boolean isAsItWas(Connection c) throws SQLException {
            return !c.getAutoCommit();
          }
        };
    pool.close();
    try (PassageStore store =
        PgVectorStore.open(manual.dataSource(), PgVectorStoreTest.settings())) {
      store.put(entry(5, "a", "words"));
      assertEquals(1, store.byWords("words", 9, MetadataFilter.ALL).size());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              store.put(
                  new Entry(
                      "b",
                      "f",
                      entry(5, "b", "x").passages(),
                      new SeededRandom(6).gaussian(1, 3, 1))));
      assertTrue(store.remove("a"));
      assertEquals(0, store.size());
    } finally {
      manual.close();
    }
  }
}

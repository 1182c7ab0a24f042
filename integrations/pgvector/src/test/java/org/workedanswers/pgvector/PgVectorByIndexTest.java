package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/** The contract again, with plans that go by the indexes, as those of large tables do. */
@Tag("long")
class PgVectorByIndexTest extends PgVectorStoreTest {
  private static Lender byIndex;

  @BeforeAll
  static void connectAgain() {
    byIndex = PgServer.pool("SET enable_seqscan = off", "SET enable_sort = off");
  }

  @AfterAll
  static void disconnectAgain() throws SQLException {
    if (byIndex != null) {
      byIndex.close();
    }
  }

  @Override
  Lender pool() {
    return byIndex;
  }

  /** More than ef_search can be, and than the default of it by far. */
  @Test
  void asManyAsAreAskedForAreFound() throws SQLException {
    SeededRandom random = new SeededRandom(31);
    int n = 1100;
    List<Passage> passages = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      Map<String, String> metadata = Map.of("rare", i % 100 == 0 ? "yes" : "no");
      passages.add(new Passage("p" + i, "a", i, i + 1, "", "word" + i % 10, metadata));
    }
    MetadataFilter rare =
        new MetadataFilter.Not(new MetadataFilter.Not(MetadataFilter.equal("rare", "yes")));
    Matrix embeddings = random.gaussian(n, D, 1);
    try (PassageStore store = open()) {
      store.put(new Entry("a", "f", passages, embeddings));
      for (int k : new int[] {1, 150, 1050}) {
        float[] query = random.gaussian(1, D, 1).row(0);
        long scans = scans();
        pool().close(); // a connection that has not loaded pgvector yet has its settings too
        List<Found> found = store.byMeaning(query, k, MetadataFilter.ALL);
        assertEquals(1, scans() - scans, "searches by the graph");
        assertEquals(k, found.size());
        assertTrue(recall(found, query, embeddings, k) > 0.97);
        assertEquals(Math.min(k, n / 100), store.byMeaning(query, k, rare).size());
      }
    }
  }

  private static double recall(List<Found> found, float[] query, Matrix embeddings, int k) {
    List<Integer> exact = new ArrayList<>();
    double[] cosines = new double[embeddings.rows()];
    for (int i = 0; i < embeddings.rows(); i++) {
      exact.add(i);
      double squares = 0;
      for (int j = 0; j < D; j++) {
        cosines[i] += (double) query[j] * embeddings.get(i, j);
        squares += (double) embeddings.get(i, j) * embeddings.get(i, j);
      }
      cosines[i] /= Math.sqrt(squares);
    }
    exact.sort((a, b) -> Double.compare(cosines[b], cosines[a]));
    Set<String> best = new HashSet<>();
    exact.subList(0, k).forEach(i -> best.add("p" + i));
    return found.stream().filter(f -> best.contains(f.passage().id())).count() / (double) k;
  }

  private long scans() throws SQLException {
    try (Connection c = pool().dataSource().getConnection();
        Statement s = c.createStatement()) {
      s.execute("SELECT pg_stat_force_next_flush()");
      try (ResultSet row =
          s.executeQuery(
              "SELECT idx_scan FROM pg_stat_user_indexes WHERE schemaname = '"
                  + SCHEMA
                  + "' AND indexrelname LIKE '%embedding%'")) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}

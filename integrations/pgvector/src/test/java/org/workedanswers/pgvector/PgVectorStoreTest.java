package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreContract;

/** The contract, as the database plans it: small tables are read through. */
class PgVectorStoreTest extends StoreContract {
  static final String SCHEMA = "worked_answers_test";
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

  /** The pool under test. */
  Lender pool() {
    return pool;
  }

  static PgVectorStore.Settings settings() {
    return new PgVectorStore.Settings(SCHEMA, D, "simple", "random");
  }

  @Override
  protected PassageStore open() {
    return PgVectorStore.open(pool().dataSource(), settings());
  }

  @BeforeEach
  void dropCollection() throws SQLException {
    run(pool(), "DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
  }

  @AfterEach
  void allConnectionsAreBack() throws SQLException {
    assertEquals(0, pool().out());
    dropCollection();
  }

  static void run(Lender pool, String sql) throws SQLException {
    try (Connection c = pool.dataSource().getConnection();
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }
}

package org.workedanswers.pgvector;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.workedanswers.rag.store.StoreException;

class FailuresTest {
  @Test
  void eachStateHasItsAdvice() {
    String[][] states = {
      {"08006", "can't be reached"},
      {"57P01", "ended the connection"},
      {"57014", "statement_timeout"},
      {"55P03", "lock_timeout"},
      {"53100", "disk is full"},
      {"53300", "no connection left"},
      {"53200", "short of something"},
      {"25006", "only reads"},
      {"28P01", "does not let this user in"},
      {"40P01", "try again"},
      {"42501", "lacks a right"},
      {"42P01", "tables are gone"},
      {"XX001", "damaged"},
      {"22000", "the database refused"},
    };
    for (String[] state : states) {
      SQLException cause = new SQLException("said\nso", state[0]);
      StoreException e = Failures.of("search", cause);
      assertTrue(e.getMessage().startsWith("can't search: "), e.getMessage());
      assertTrue(e.getMessage().contains(state[1]), e.getMessage());
      assertTrue(e.getMessage().endsWith("said so; SQLSTATE " + state[0] + ")"), e.getMessage());
      assertSame(cause, e.getCause());
    }
  }

  @Test
  void aFailureWithoutStateAndAnInterruptAreTold() {
    SQLException batch = new SQLException("batch");
    batch.setNextException(new SQLException("why", "54000"));
    assertEquals("54000", Failures.state(batch));
    Thread.currentThread().interrupt();
    String message = Failures.of("search", new SQLException()).getMessage();
    assertTrue(Thread.interrupted());
    assertTrue(message.contains("this thread was interrupted"), message);
    assertTrue(message.contains("SQLSTATE unknown"), message);
  }
}

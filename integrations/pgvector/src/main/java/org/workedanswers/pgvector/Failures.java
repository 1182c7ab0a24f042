package org.workedanswers.pgvector;

import java.sql.SQLException;
import org.workedanswers.rag.store.StoreException;

/** What PostgreSQL says of a failure, by its five-digit SQLSTATE, in words that help. */
final class Failures {
  private Failures() {}

  /**
   * @param doing what failed, as in <i>can't search</i>
   */
  static StoreException of(String doing, SQLException e) {
    String said = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage().strip();
    String interrupted =
        Thread.currentThread().isInterrupted() ? "this thread was interrupted; " : "";
    return new StoreException(
        String.format(
            "can't %s: %s%s (PostgreSQL: %s; SQLSTATE %s)",
            doing, interrupted, advice(state(e)), said.replace("\n", " "), state(e)),
        e);
  }

  /** Whether a text or a query is larger than PostgreSQL takes. */
  static boolean isTooLarge(SQLException e) {
    return state(e).startsWith("54");
  }

  /** The state of the failure itself: a batch's own exception may have none. */
  static String state(SQLException e) {
    for (SQLException at = e; at != null; at = at.getNextException()) {
      if (at.getSQLState() != null) {
        return at.getSQLState();
      }
    }
    return "unknown";
  }

  private static String advice(String state) {
    switch (state) {
      case "25006":
        return "the database only reads now; is it a standby?";
      case "42501":
        return "the database's user lacks a right";
      case "53100":
        return "the database's disk is full; nothing of this call is kept";
      case "53300":
        return "the database has no connection left";
      case "55P03":
        return "another writer holds the collection for longer than lock_timeout allows";
      case "57014":
        return "it was cancelled, or took longer than statement_timeout allows";
      case "42P01":
      case "3F000":
        return "the collection's tables are gone";
      default:
        break;
    }
    switch (state.substring(0, 2)) {
      case "08":
      case "57":
      case "58":
        return "the database can't be reached, or ended the connection; what calls that returned"
            + " have written is kept";
      case "28":
        return "the database does not let this user in";
      case "40":
        return "another transaction was in the way; try again";
      case "53":
        return "the database is short of something; nothing of this call is kept";
      case "XX":
        return "the database found itself damaged, or at fault";
      default:
        return "the database refused";
    }
  }
}

package org.workedanswers.pgvector;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Connections, each lent by the caller's source for one call and given back whatever happens. */
final class Database {
  private final DataSource source;

  Database(DataSource source) {
    this.source = source;
  }

  /** Something that is done with a connection. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /**
   * Runs statements that each stand alone.
   *
   * @param doing what it is for, for a failure's message
   */
  <T> T read(String doing, Work<T> work) {
    try (Connection connection = source.getConnection()) {
      return with(true, connection, () -> work.on(connection));
    } catch (SQLException e) {
      throw Failures.of(doing, e);
    }
  }

  /** Runs statements all or none of which are kept: those ahead of any exception are not. */
  <T> T write(String doing, Work<T> work) {
    boolean[] committing = new boolean[1];
    try (Connection connection = source.getConnection()) {
      return with(
          false,
          connection,
          () -> {
            try {
              T result = work.on(connection);
              committing[0] = true;
              connection.commit();
              return result;
            } catch (SQLException | RuntimeException e) {
              rollBack(connection, e);
              throw e;
            }
          });
    } catch (SQLException e) {
      throw Failures.of(committing[0] ? "say whether it did " + doing : doing, e);
    }
  }

  /** What {@link #with} runs. */
  private interface Part<T> {
    T run() throws SQLException;
  }

  /** Gives the connection back as it came: not every source does that by itself. */
  private static <T> T with(boolean autoCommit, Connection connection, Part<T> part)
      throws SQLException {
    boolean before = connection.getAutoCommit();
    if (before == autoCommit) {
      return part.run();
    }
    connection.setAutoCommit(autoCommit);
    T result;
    try {
      result = part.run();
    } catch (SQLException | RuntimeException e) {
      try {
        connection.setAutoCommit(before);
      } catch (SQLException again) { // it is gone, and tells so twice
        e.addSuppressed(again);
      }
      throw e;
    }
    connection.setAutoCommit(before);
    return result;
  }

  private static void rollBack(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) { // a connection that is gone has rolled back by itself
      cause.addSuppressed(e);
    }
  }
}

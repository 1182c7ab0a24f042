package org.workedanswers.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement as it is written: its text, made of this module's own words alone, and the values
 * that are bound to its question marks.
 */
final class Sql {
  private final StringBuilder text = new StringBuilder();
  private final List<Object> values = new ArrayList<>();

  /** A statement that begins with this text. */
  Sql(String text) {
    this.text.append(text);
  }

  /** Goes on with a text. */
  Sql add(String more) {
    text.append(more);
    return this;
  }

  /** Goes on with another statement's text and values. */
  Sql add(Sql more) {
    text.append(more.text);
    values.addAll(more.values);
    return this;
  }

  /** Goes on with a value: a string, a number, or an array of strings or floats. */
  Sql bind(Object value) {
    text.append('?');
    values.add(value);
    return this;
  }

  PreparedStatement prepare(Connection connection) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(text.toString());
    try {
      for (int i = 0; i < values.size(); i++) {
        set(connection, statement, i + 1, values.get(i));
      }
    } catch (SQLException | RuntimeException e) {
      statement.close();
      throw e;
    }
    return statement;
  }

  /** Runs it for what it changes. */
  int run(Connection connection) throws SQLException {
    try (PreparedStatement statement = prepare(connection)) {
      return statement.executeUpdate();
    }
  }

  static void set(Connection connection, PreparedStatement statement, int at, Object value)
      throws SQLException {
    if (value instanceof String[] strings) {
      statement.setArray(at, connection.createArrayOf("text", strings));
    } else if (value instanceof Float[] numbers) {
      statement.setArray(at, connection.createArrayOf("float4", numbers));
    } else {
      statement.setObject(at, value);
    }
  }

  /** An array as JDBC takes it. */
  static Float[] boxed(float[] x) {
    Float[] boxed = new Float[x.length];
    for (int i = 0; i < x.length; i++) {
      boxed[i] = x[i];
    }
    return boxed;
  }
}

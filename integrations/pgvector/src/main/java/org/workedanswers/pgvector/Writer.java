package org.workedanswers.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/** What changes a collection, a transaction a call. */
final class Writer {
  private final Database database;
  private final Tables tables;

  Writer(Database database, Tables tables) {
    this.database = database;
    this.tables = tables;
  }

  /** A document that was refused when those ahead of it were in. */
  private record Refused(int at, IllegalArgumentException why) {}

  void put(List<Entry> entries) {
    if (entries.isEmpty()) {
      return;
    }
    String doing =
        entries.size() == 1
            ? "put document " + entries.get(0).document()
            : "put " + entries.size() + " documents";
    Refused[] tooLarge = new Refused[1];
    Refused refused;
    try {
      refused = database.write(doing, c -> put(c, entries, tooLarge));
    } catch (RuntimeException e) {
      if (tooLarge[0] == null) {
        throw e;
      }
      refused = tooLarge[0]; // found by the database, which has undone those ahead of it
      put(entries.subList(0, refused.at()));
    }
    if (refused != null) {
      throw refused.why();
    }
  }

  private Refused put(Connection c, List<Entry> entries, Refused[] tooLarge) throws SQLException {
    lock(c);
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      try {
        check(c, entry);
      } catch (IllegalArgumentException e) {
        return new Refused(i, e);
      }
      try {
        replace(c, entry);
      } catch (SQLException e) {
        if (Failures.isTooLarge(e)) {
          String message =
              "document " + entry.document() + " holds more than PostgreSQL takes: " + message(e);
          tooLarge[0] = new Refused(i, new IllegalArgumentException(message, e));
        }
        throw e;
      }
    }
    return null;
  }

  private static String message(SQLException e) {
    SQLException last = e;
    while (last.getNextException() != null) {
      last = last.getNextException();
    }
    return last.getMessage();
  }

  /** Waits until no other writes; what it has written is seen by the statements that follow. */
  private void lock(Connection c) throws SQLException {
    try (PreparedStatement s =
        c.prepareStatement(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED; SELECT name FROM "
                + tables.schema()
                + "settings WHERE name = 'format' FOR UPDATE")) {
      s.execute();
    }
  }

  private void check(Connection c, Entry entry) throws SQLException {
    entry.checkDimension(tables.dimension());
    PgText.key("document", entry.document());
    List<Passage> passages = entry.passages();
    String[] ids = passages.stream().map(p -> PgText.key("passage", p.id())).toArray(String[]::new);
    Sql others = new Sql("SELECT id, document FROM ").add(tables.schema());
    others.add("passages WHERE id = ANY (").bind(ids).add("::text[]) AND document <> ");
    others.bind(PgText.write(entry.document())).add("::text ORDER BY id LIMIT 1");
    try (PreparedStatement s = others.prepare(c);
        ResultSet rows = s.executeQuery()) {
      if (rows.next()) {
        String id = PgText.read(rows.getString(1));
        Passage taken = passages.stream().filter(p -> p.id().equals(id)).findFirst().orElseThrow();
        PassageStore.checkOwner(taken, PgText.read(rows.getString(2)));
      }
    }
  }

  private void replace(Connection c, Entry entry) throws SQLException {
    String document = PgText.write(entry.document());
    new Sql("INSERT INTO " + tables.schema() + "documents (id, fingerprint) VALUES (")
        .bind(document)
        .add(", ")
        .bind(PgText.write(entry.fingerprint()))
        .add(") ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint")
        .run(c);
    new Sql("DELETE FROM " + tables.schema() + "passages WHERE document = ").bind(document).run(c);
    insert(c, entry);
    new Sql("UPDATE " + tables.schema() + "documents SET (worded, terms) = (SELECT count(*)")
        .add(" FILTER (WHERE length > 0), coalesce(sum(length), 0) FROM " + tables.schema())
        .add("passages WHERE document = id_of) FROM (SELECT ")
        .bind(document)
        .add("::text AS id_of) d WHERE id = id_of")
        .run(c);
  }

  private void insert(Connection c, Entry entry) throws SQLException {
    if (entry.passages().isEmpty()) {
      return;
    }
    String insert =
        String.format(
            """
            INSERT INTO %spassages (id, document, begins, ends, title, text, metadata, embedding,
              words, length)
            SELECT n.id, n.document, n.begins, n.ends, n.title, n.text,
              jsonb_object(n.keys, n.values), n.embedding::%svector, w.words,
              (SELECT coalesce(sum(cardinality(positions)), 0) FROM unnest(w.words))
            FROM (SELECT ?::text AS id, ?::text AS document, ?::int AS begins, ?::int AS ends,
              ?::text AS title, ?::text AS text, ?::text[] AS keys, ?::text[] AS values,
              ?::real[] AS embedding, ?::text AS searched) n
            CROSS JOIN LATERAL to_tsvector(?::regconfig, translate(n.searched, ?, '   ')) w (words)
            """,
            tables.schema(), tables.extension());
    try (PreparedStatement s = c.prepareStatement(insert)) {
      for (int i = 0; i < entry.passages().size(); i++) {
        Passage p = entry.passages().get(i);
        List<Map.Entry<String, String>> metadata = List.copyOf(p.metadata().entrySet());
        Object[] values = {
          PgText.write(p.id()),
          PgText.write(p.document()),
          p.from(),
          p.to(),
          PgText.write(p.title()),
          PgText.write(p.text()),
          metadata.stream().map(e -> PgText.write(e.getKey())).toArray(String[]::new),
          metadata.stream().map(e -> PgText.write(e.getValue())).toArray(String[]::new),
          Sql.boxed(entry.embeddings().row(i)),
          PgText.write(p.searched()),
          tables.textSearch(),
          PgText.SIGNS
        };
        for (int v = 0; v < values.length; v++) {
          Sql.set(c, s, v + 1, values[v]);
        }
        s.addBatch();
      }
      s.executeBatch();
    }
  }

  boolean remove(String document) {
    return database.write(
        "remove document " + document,
        c -> {
          lock(c);
          return new Sql("DELETE FROM " + tables.schema() + "documents WHERE id = ")
                  .bind(PgText.write(document))
                  .run(c)
              > 0;
        });
  }
}

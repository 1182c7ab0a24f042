package org.workedanswers.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;

/**
 * A collection's three tables in a schema of its own, found or made.
 *
 * <pre>
 *   settings    name, value                  what the collection was made with
 *   documents   id, fingerprint, worded, terms     how many passages hold a word, and their lengths' sum
 *   passages    id, document, begins, ends, title, text, metadata, embedding, zero, words, length
 * </pre>
 *
 * <p>Names in statements are qualified and quoted, types and operators too: what stands in the
 * connection's search path does not matter.
 *
 * @param schema the collection's schema, quoted, with a dot behind it
 * @param extension the schema that pgvector is in, quoted, with a dot behind it
 * @param dimension d
 * @param textSearch the text search configuration, qualified and quoted
 */
record Tables(String schema, String extension, int dimension, String textSearch) {
  /** The longest embedding that pgvector's HNSW indexes at full precision. */
  static final int MOST_IN_FULL = 2000;

  private static final String FORMAT = "1";
  private static final int[] LEAST_VERSION = {0, 8};
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");

  /** Finds the tables, or makes them where the schema has none. */
  static Tables open(Database database, PgVectorStore.Settings settings) {
    String what = "open the collection " + settings.schema();
    Tables found = database.read(what, c -> find(c, settings));
    return found != null ? found : database.write(what, c -> make(c, settings));
  }

  /** The distance operator, the cosine's. */
  String distance() {
    return " OPERATOR(" + extension + "<=>) ";
  }

  /** Whether the index holds half-precision directions in place of the embeddings. */
  boolean halved() {
    return dimension > MOST_IN_FULL;
  }

  /** What the index is on, of a vector. */
  String indexed(String vector) {
    return halved()
        ? String.format(
            "(%sl2_normalize(%s)::%shalfvec(%d))", extension, vector, extension, dimension)
        : vector;
  }

  private static Tables find(Connection c, PgVectorStore.Settings settings) throws SQLException {
    String encoding = ask(c, "SELECT current_setting(?)", "server_encoding");
    Check.that(
        encoding.equals("UTF8"),
        "the database's encoding is %s: texts need one that is made with ENCODING 'UTF8'",
        encoding);
    String schema = quoted(settings.schema()) + ".";
    // A query of the catalogue, and not to_regclass, which may remember from before a wait.
    if (ask(
            c,
            "SELECT tablename FROM pg_tables WHERE schemaname = ? AND tablename = 'settings'",
            settings.schema())
        == null) {
      return null;
    }
    String textSearch = textSearch(c, settings.textSearch());
    Map<String, String> expected = settings(settings, textSearch);
    Map<String, String> there = new LinkedHashMap<>();
    try (Statement s = c.createStatement();
        ResultSet rows = s.executeQuery("SELECT name, value FROM " + schema + "settings")) {
      while (rows.next()) {
        there.put(rows.getString(1), rows.getString(2));
      }
    }
    expected.forEach(
        (name, value) ->
            Check.that(
                value.equals(there.get(name)),
                "the collection %s has %s %s and not %s: open it with what it was made with, or"
                    + " take another schema",
                settings.schema(),
                name,
                there.get(name),
                value));
    return new Tables(schema, extension(c), settings.dimension(), textSearch);
  }

  private static Map<String, String> settings(PgVectorStore.Settings s, String textSearch) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("format", FORMAT);
    settings.put("dimension", Integer.toString(s.dimension()));
    settings.put("text search configuration", textSearch);
    settings.put("embedder", PgText.write(s.embedder()));
    return settings;
  }

  private static Tables make(Connection c, PgVectorStore.Settings settings) throws SQLException {
    // Two that open one collection at once: the second waits here, and finds the tables.
    ask(c, "SELECT pg_advisory_xact_lock(hashtextextended(?, 4))::text", settings.schema());
    Tables found = find(c, settings);
    if (found != null) {
      return found;
    }
    String textSearch = textSearch(c, settings.textSearch());
    if (ask(c, "SELECT extname FROM pg_extension WHERE extname = ?", "vector") == null) {
      run(c, "CREATE EXTENSION IF NOT EXISTS vector");
    }
    if (ask(c, "SELECT nspname FROM pg_namespace WHERE nspname = ?", settings.schema()) == null) {
      run(c, "CREATE SCHEMA " + quoted(settings.schema()));
    }
    Tables tables =
        new Tables(quoted(settings.schema()) + ".", extension(c), settings.dimension(), textSearch);
    tables.make(c);
    for (Map.Entry<String, String> e : settings(settings, textSearch).entrySet()) {
      new Sql("INSERT INTO " + tables.schema + "settings VALUES (")
          .bind(e.getKey())
          .add(", ")
          .bind(e.getValue())
          .add(")")
          .run(c);
    }
    return tables;
  }

  private void make(Connection c) throws SQLException {
    String vector = extension + "vector";
    run(c, "CREATE TABLE %ssettings (name text PRIMARY KEY, value text NOT NULL)", schema);
    run(
        c,
        """
        CREATE TABLE %sdocuments (
          id text COLLATE "C" PRIMARY KEY,
          fingerprint text NOT NULL,
          worded integer NOT NULL DEFAULT 0,
          terms bigint NOT NULL DEFAULT 0)""",
        schema);
    run(
        c,
        """
        CREATE TABLE %1$spassages (
          id text COLLATE "C" PRIMARY KEY,
          document text COLLATE "C" NOT NULL REFERENCES %1$sdocuments ON DELETE CASCADE,
          begins integer NOT NULL,
          ends integer NOT NULL,
          title text NOT NULL,
          text text NOT NULL,
          metadata jsonb NOT NULL,
          embedding %2$s(%3$d) NOT NULL,
          zero boolean GENERATED ALWAYS AS (%4$svector_norm(embedding) = 0) STORED,
          words tsvector NOT NULL,
          length integer NOT NULL)""",
        schema,
        vector,
        dimension,
        extension);
    run(c, "CREATE INDEX ON %spassages (document)", schema);
    run(c, "CREATE INDEX ON %spassages (id) WHERE zero", schema);
    run(c, "CREATE INDEX ON %spassages USING gin (words)", schema);
    run(c, "CREATE INDEX ON %spassages USING gin (metadata jsonb_path_ops)", schema);
    run(
        c,
        "CREATE INDEX ON %spassages USING hnsw (%s %s%s_cosine_ops)",
        schema,
        indexed("embedding"),
        extension,
        halved() ? "halfvec" : "vector");
  }

  /** The schema that pgvector is in. */
  private static String extension(Connection c) throws SQLException {
    String version = ask(c, "SELECT extversion FROM pg_extension WHERE extname = ?", "vector");
    Matcher parts = VERSION.matcher(String.valueOf(version));
    int[] least = LEAST_VERSION;
    Check.that(
        parts.matches()
            && (Integer.parseInt(parts.group(1)) > least[0]
                || Integer.parseInt(parts.group(2)) >= least[1]),
        "the database's pgvector is %s: %d.%d or newer is needed (ALTER EXTENSION vector UPDATE)",
        version,
        least[0],
        least[1]);
    return quoted(
            ask(
                c,
                "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace"
                    + " WHERE extname = ?",
                "vector"))
        + ".";
  }

  private static String textSearch(Connection c, String name) throws SQLException {
    String found =
        ask(
            c,
            "SELECT quote_ident(nspname) || '.' || quote_ident(cfgname) FROM pg_ts_config"
                + " JOIN pg_namespace n ON n.oid = cfgnamespace WHERE cfgname = ?"
                + " ORDER BY nspname <> 'pg_catalog', pg_ts_config_is_visible(pg_ts_config.oid)"
                + " DESC, nspname LIMIT 1",
            name);
    Check.that(
        found != null,
        "the database has no text search configuration %s; psql's \\dF lists them",
        name);
    return found;
  }

  /** The first column of the first row, of a statement with one value; null if there is none. */
  private static String ask(Connection c, String sql, String value) throws SQLException {
    try (PreparedStatement s = c.prepareStatement(sql)) {
      s.setString(1, value);
      try (ResultSet rows = s.executeQuery()) {
        return rows.next() ? rows.getString(1) : null;
      }
    }
  }

  private static void run(Connection c, String sql, Object... names) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(String.format(sql, names));
    }
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}

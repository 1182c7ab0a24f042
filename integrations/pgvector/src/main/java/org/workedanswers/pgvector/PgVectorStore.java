package org.workedanswers.pgvector;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;
import org.workedanswers.rag.store.StoreException;

/**
 * A store in PostgreSQL with pgvector, for many processes at once and others to administer.
 *
 * <ul>
 *   <li><b>By words:</b> BM25 with k1 = 1.2 and b = 0.75, computed by the database from its full
 *       text index. It is not PostgreSQL's own ranking: ts_rank and ts_rank_cd know nothing of how
 *       rare a word is. PostgreSQL's text search configuration decides what a word is; it keeps a
 *       word's first 256 places, and those behind a text's 16,383rd word as one; in a database
 *       whose locale is C it takes letters beyond ASCII as they are, signs too. The time grows with
 *       the passages that hold any of the query's words.
 *   <li><b>By meaning:</b> pgvector's HNSW graph, which may miss some; where a filter lets little
 *       through it goes on until k are found, or 20,000 were looked at. Of more than {@value
 *       Tables#MOST_IN_FULL} numbers, which that graph does not take, it holds directions in half
 *       precision; twice as many are looked at then and ordered by the embeddings themselves.
 *   <li><b>Both</b> are one statement and one round trip, of one state of the collection.
 *   <li><b>Writing:</b> {@link #put} and {@link #remove} are a transaction each; {@link #putAll} is
 *       one for all, which is faster. One writer at a time holds a collection, others wait.
 *   <li><b>Order</b> of equal ones is by their ids' Unicode code points.
 *   <li><b>Limits:</b> ids of {@value PgText#MAX_ID_BYTES} bytes in UTF-8. U+0000, which PostgreSQL
 *       has no room for, is kept in another form and comes back as it was; it parts words.
 *   <li><b>Time-outs</b> are the database's (statement_timeout, lock_timeout) and the driver's
 *       (socketTimeout): set them where the source is made. An interrupted thread is not heard
 *       while the database works.
 * </ul>
 */
public final class PgVectorStore implements PassageStore {
  /** The most numbers of an embedding. */
  public static final int MAX_DIMENSION = 4000;

  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  private final Database database;
  private final Tables tables;
  private volatile boolean closed;

  /**
   * What a collection is made with.
   *
   * @param schema the database's schema that it has for itself
   * @param dimension d, 1..{@value PgVectorStore#MAX_DIMENSION}
   * @param textSearch a text search configuration of the database: {@code english} stems and leaves
   *     out stop words, {@code simple} takes words as they are
   * @param embedder what tells one embedding model from another when a collection is opened again
   */
  public record Settings(String schema, int dimension, String textSearch, String embedder) {
    /**
     * Checks the names and the range.
     *
     * @throws IllegalArgumentException if a name is not letters a-z, digits and _, 63 at most, or
     *     the dimension is out of range
     */
    public Settings {
      checkIdentifier("the schema", schema);
      checkIdentifier("the text search configuration", textSearch);
      Check.that(!schema.startsWith("pg_"), "the schema %s: PostgreSQL keeps pg_... names", schema);
      Check.range("the dimension", dimension, 1, MAX_DIMENSION);
      Check.that(!embedder.isBlank(), "the embedder has no name");
    }
  }

  private static void checkIdentifier(String what, String name) {
    Check.that(
        IDENTIFIER.matcher(name).matches(),
        "%s is called \"%s\": a name has letters a-z, digits and _, begins with no digit and has"
            + " at most 63",
        what,
        name);
  }

  private PgVectorStore(Database database, Tables tables) {
    this.database = database;
    this.tables = tables;
  }

  /**
   * Opens a collection, or makes its schema, tables and indexes, and the extension where it is
   * missing: that needs the rights to do so, opening what is there needs none but to read.
   *
   * @param source where each call gets a connection from; a pool, or each call waits for a new one.
   *     The store does not close it.
   * @throws IllegalArgumentException if the collection was made with other settings, or the
   *     database is not in UTF-8, has a pgvector older than 0.8, or no such configuration
   * @throws StoreException if the database fails or refuses
   */
  public static PgVectorStore open(DataSource source, Settings settings) {
    Database database = new Database(source);
    return new PgVectorStore(database, Tables.open(database, settings));
  }

  @Override
  public int dimension() {
    return tables.dimension();
  }

  @Override
  public Map<String, String> documents() {
    return read(
        "list documents",
        new Sql("SELECT id, fingerprint FROM ").add(tables.schema()).add("documents"),
        rows -> {
          Map<String, String> documents = new TreeMap<>();
          while (rows.next()) {
            documents.put(PgText.read(rows.getString(1)), PgText.read(rows.getString(2)));
          }
          return documents;
        });
  }

  @Override
  public long size() {
    return read(
        "count passages",
        new Sql("SELECT count(*) FROM ").add(tables.schema()).add("passages"),
        rows -> {
          rows.next();
          return rows.getLong(1);
        });
  }

  @Override
  public List<Passage> passages(String document) {
    return read(
        "read a document",
        of("SELECT " + Search.PASSAGE, document),
        rows -> {
          List<Passage> passages = new ArrayList<>();
          while (rows.next()) {
            passages.add(Search.passage(rows, 1));
          }
          passages.sort(Passage.BY_PLACE);
          return passages;
        });
  }

  @Override
  public Map<String, float[]> embeddings(String document) {
    return read(
        "read a document's embeddings",
        of("SELECT p.id, p.embedding::real[]", document),
        rows -> {
          Map<String, float[]> embeddings = new HashMap<>();
          while (rows.next()) {
            Float[] boxed = (Float[]) rows.getArray(2).getArray();
            float[] embedding = new float[boxed.length];
            for (int i = 0; i < embedding.length; i++) {
              embedding[i] = boxed[i];
            }
            embeddings.put(PgText.read(rows.getString(1)), embedding);
          }
          return embeddings;
        });
  }

  private Sql of(String what, String document) {
    return new Sql(what)
        .add(" FROM ")
        .add(tables.schema())
        .add("passages p WHERE p.document = ")
        .bind(PgText.write(document))
        .add("::text");
  }

  /** What is made of a statement's rows. */
  private interface Reading<T> {
    T of(ResultSet rows) throws SQLException;
  }

  private <T> T read(String doing, Sql sql, Reading<T> reading) {
    checkOpen();
    return database.read(
        doing,
        c -> {
          try (PreparedStatement statement = sql.prepare(c);
              ResultSet rows = statement.executeQuery()) {
            return reading.of(rows);
          }
        });
  }

  @Override
  public void put(Entry entry) {
    putAll(List.of(entry));
  }

  @Override
  public void putAll(List<Entry> entries) {
    checkOpen();
    new Writer(database, tables).put(entries);
  }

  @Override
  public boolean remove(String document) {
    checkOpen();
    return new Writer(database, tables).remove(document);
  }

  @Override
  public List<Found> byWords(String query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    return search(new Search(tables, filter).words(query, k)).byWords();
  }

  @Override
  public List<Found> byMeaning(float[] query, int k, MetadataFilter filter) {
    Check.positive("k", k);
    PassageStore.checkQuery(query, tables.dimension());
    return search(new Search(tables, filter).meaning(query, k)).byMeaning();
  }

  @Override
  public boolean asksOnce() {
    return true;
  }

  @Override
  public Both both(
      String words, int wordsDepth, float[] meaning, int meaningDepth, MetadataFilter filter) {
    Check.positive("k", wordsDepth);
    Check.positive("k", meaningDepth);
    PassageStore.checkQuery(meaning, tables.dimension());
    return search(
        new Search(tables, filter).words(words, wordsDepth).meaning(meaning, meaningDepth));
  }

  private Both search(Search search) {
    checkOpen();
    return database.read(
        "search",
        (Connection c) -> {
          try {
            return search.run(c);
          } catch (SQLException e) {
            if (Failures.isTooLarge(e)) {
              throw new IllegalArgumentException(
                  "the query has more different words than PostgreSQL takes", e);
            }
            throw e;
          }
        });
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the store is closed");
    }
  }

  /** Ends its use; the source and its connections stay the caller's. */
  @Override
  public void close() {
    closed = true;
  }
}

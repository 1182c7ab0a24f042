package org.workedanswers.pgvector;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/**
 * A search by words, by meaning or by both, in one statement: the best ids of each are found first,
 * then their passages. It is sent together with the settings that hold for it alone, and that is
 * the one round trip.
 */
final class Search {
  /** What a passage is read from. */
  static final String PASSAGE =
      "p.id, p.document, p.begins, p.ends, p.title, p.text,"
          + " ARRAY(SELECT m.key FROM jsonb_each_text(p.metadata) m ORDER BY m.key),"
          + " ARRAY(SELECT m.value FROM jsonb_each_text(p.metadata) m ORDER BY m.key)";

  private static final int COLUMNS = 8;
  private static final int BY_WORDS = 0;
  private static final int BY_MEANING = 1;

  /** How many nearest ones more than k are looked at, so that equal ones are cut by their ids. */
  private static final int SPARE = 20;

  private static final long LEAST_EF = 100;
  private static final long MOST_EF = 1000; // pgvector's own
  private static final long LEAST_TUPLES = 20_000; // pgvector's default

  private final Tables tables;
  private final MetadataFilter filter;
  private final Sql legs = new Sql("");
  private final List<String> results = new ArrayList<>();
  private long reach; // how many the index is asked for

  Search(Tables tables, MetadataFilter filter) {
    this.tables = tables;
    this.filter = filter;
  }

  /**
   * BM25, from postings as an inverted index has them: a row for each of the query's words in each
   * passage that holds it. ts_rank_cd of one word, all weights 1, is how often it is there. Each
   * addend is rounded to 2⁻⁴⁰, so that sums are exact, and equal whatever their order.
   */
  Search words(String query, int k) {
    String addend =
        String.format(
            "h.count * ln(1 + (s.passages - t.n + 0.5) / (t.n + 0.5)) * h.f"
                + " / (h.f + %1$s * (1 - %2$s + %2$s * h.length / s.mean))",
            Bm25.Settings.STANDARD.k1() + "::float8", Bm25.Settings.STANDARD.b() + "::float8");
    legs.add("asked AS MATERIALIZED (SELECT lexeme, cardinality(positions) AS count,")
        .add(" ('''' || replace(replace(lexeme, '\\', '\\\\'), '''', '''''') || '''')::tsquery")
        .add(" AS term FROM unnest(to_tsvector(")
        .bind(tables.textSearch())
        .add("::regconfig, ")
        .bind(PgText.words(query))
        .add("::text))), postings AS MATERIALIZED (")
        .add("SELECT p.id, a.lexeme, a.count, p.length::float8 AS length, CASE WHEN ");
    FilterSql.add(legs, filter);
    legs.add(
            " THEN ts_rank_cd('{1, 1, 1, 1}', p.words, a.term)::float8 END AS f FROM asked a JOIN ")
        .add(tables.schema())
        .add("passages p ON p.words @@ a.term), ")
        .add("terms AS (SELECT lexeme, count(*)::float8 AS n FROM postings GROUP BY lexeme), ")
        .add("sizes AS (SELECT sum(worded)::float8 AS passages,")
        .add(" sum(terms)::float8 / nullif(sum(worded), 0)::float8 AS mean FROM ")
        .add(tables.schema())
        .add("documents), worded AS MATERIALIZED (SELECT h.id, sum(floor(2::float8 ^ 40 * ")
        .add(addend)
        .add(")) / 2::float8 ^ 40 AS score FROM postings h JOIN terms t USING (lexeme)")
        .add(" CROSS JOIN sizes s WHERE h.f IS NOT NULL GROUP BY h.id")
        .add(" ORDER BY score DESC, h.id LIMIT ")
        .bind(k)
        .add(")");
    results.add("SELECT " + BY_WORDS + " AS leg, id, score FROM worded");
    return this;
  }

  /**
   * The nearest by the index, then ordered by what the embeddings themselves give; and those whose
   * embedding is zero, which have no direction and are not in the index.
   */
  Search meaning(float[] query, int k) {
    legs.add(results.isEmpty() ? "" : ", ");
    if (isZero(query)) { // then all are equally far
      legs.add("near AS (SELECT p.id, 0::float8 AS score FROM ").add(tables.schema());
      legs.add("passages p WHERE ");
      FilterSql.add(legs, filter);
      legs.add(" ORDER BY p.id LIMIT ").bind(k).add(")");
    } else {
      addNear(Sql.boxed(query), k);
    }
    results.add("SELECT " + BY_MEANING + " AS leg, id, score FROM near");
    return this;
  }

  private void addNear(Float[] query, int k) {
    // Half precision mixes up neighbours, so more of them are looked at.
    reach = (tables.halved() ? 2L * k : k) + SPARE;
    String vector = "::real[]::" + tables.extension() + "vector";
    legs.add("asked_near AS MATERIALIZED (SELECT p.id, 1 - (p.embedding")
        .add(tables.distance())
        .bind(query)
        .add(vector)
        .add(") AS score FROM ")
        .add(tables.schema())
        .add("passages p WHERE NOT p.zero AND ");
    FilterSql.add(legs, filter);
    String[] compared = tables.indexed("|" + vector).split("\\|", -1);
    legs.add(" ORDER BY ")
        .add(tables.indexed("p.embedding"))
        .add(tables.distance())
        .add(compared[0])
        .bind(query)
        .add(compared[1])
        .add(" LIMIT ")
        .bind(reach)
        .add("), asked_zero AS (SELECT p.id, 0::float8 AS score FROM ")
        .add(tables.schema())
        .add("passages p WHERE p.zero AND ");
    FilterSql.add(legs, filter);
    legs.add(" ORDER BY p.id LIMIT ")
        .bind(k)
        .add("), near AS (SELECT id, score FROM (SELECT * FROM asked_near")
        .add(" UNION ALL SELECT * FROM asked_zero) u ORDER BY score DESC, id LIMIT ")
        .bind(k)
        .add(")");
  }

  private static boolean isZero(float[] x) {
    for (float v : x) {
      if (v != 0) {
        return false;
      }
    }
    return true;
  }

  /** Asks the database, once. */
  PassageStore.Both run(Connection connection) throws SQLException {
    Sql all = new Sql("SELECT set_config('jit', 'off', true)");
    set(all, "plan_cache_mode", "force_custom_plan");
    set(all, "hnsw.iterative_scan", "relaxed_order");
    set(all, "hnsw.ef_search", Long.toString(Math.min(Math.max(reach, LEAST_EF), MOST_EF)));
    set(all, "hnsw.max_scan_tuples", Long.toString(tuples()));
    set(all, "hnsw.scan_mem_multiplier", "4");
    all.add("; WITH ").add(legs).add(" SELECT f.leg, f.score, ").add(PASSAGE).add(" FROM (");
    all.add(String.join(" UNION ALL ", results)).add(") f JOIN ").add(tables.schema());
    all.add("passages p ON p.id = f.id ORDER BY f.leg, f.score DESC, f.id");
    try (PreparedStatement statement = all.prepare(connection)) {
      statement.execute();
      statement.getMoreResults();
      PassageStore.Both both = new PassageStore.Both(new ArrayList<>(), new ArrayList<>());
      try (ResultSet rows = statement.getResultSet()) {
        while (rows.next()) {
          Found found = new Found(passage(rows, 3), rows.getDouble(2));
          (rows.getInt(1) == BY_WORDS ? both.byWords() : both.byMeaning()).add(found);
        }
      }
      return both;
    }
  }

  private long tuples() {
    return Math.min(Math.max(4 * reach, LEAST_TUPLES), Integer.MAX_VALUE);
  }

  /** A setting until the end of the transaction, which the two statements are. */
  private static void set(Sql sql, String name, String value) {
    sql.add(", set_config(").bind(name).add(", ").bind(value).add(", true)");
  }

  /** Reads {@link #PASSAGE}. */
  static Passage passage(ResultSet row, int from) throws SQLException {
    Map<String, String> metadata = new HashMap<>();
    String[] keys = strings(row, from + COLUMNS - 2);
    String[] values = strings(row, from + COLUMNS - 1);
    for (int i = 0; i < keys.length; i++) {
      metadata.put(PgText.read(keys[i]), PgText.read(values[i]));
    }
    return new Passage(
        PgText.read(row.getString(from)),
        PgText.read(row.getString(from + 1)),
        row.getInt(from + 2),
        row.getInt(from + 3),
        PgText.read(row.getString(from + 4)),
        PgText.read(row.getString(from + 5)),
        metadata);
  }

  private static String[] strings(ResultSet row, int column) throws SQLException {
    Array array = row.getArray(column);
    return (String[]) array.getArray();
  }
}

package org.workedanswers.pgvector;

import java.util.List;
import org.workedanswers.rag.store.MetadataFilter;

/** A filter as a condition on the column {@code p.metadata}; it is true or false, never null. */
final class FilterSql {
  /** The most values that are asked for by the index on metadata; more are compared one by one. */
  private static final int MOST_BY_INDEX = 16;

  private FilterSql() {}

  static void add(Sql sql, MetadataFilter filter) {
    if (filter instanceof MetadataFilter.In in) {
      addIn(sql, in);
    } else if (filter instanceof MetadataFilter.Not not) {
      sql.add("NOT ");
      add(sql, not.filter());
    } else if (filter instanceof MetadataFilter.And and) {
      addAll(sql, and.filters(), "true", " AND ");
    } else if (filter instanceof MetadataFilter.Or or) {
      addAll(sql, or.filters(), "false", " OR ");
    }
  }

  private static void addAll(Sql sql, List<MetadataFilter> all, String none, String between) {
    sql.add("(").add(all.isEmpty() ? none : "");
    for (int i = 0; i < all.size(); i++) {
      sql.add(i == 0 ? "" : between);
      add(sql, all.get(i));
    }
    sql.add(")");
  }

  private static void addIn(Sql sql, MetadataFilter.In in) {
    String key = PgText.write(in.key());
    String[] values = in.values().stream().map(PgText::write).sorted().toArray(String[]::new);
    if (values.length > MOST_BY_INDEX) {
      sql.add("coalesce(p.metadata ->> ").bind(key).add("::text = ANY (");
      sql.bind(values).add("::text[]), false)");
      return;
    }
    sql.add("(").add(values.length == 0 ? "false" : "");
    for (int i = 0; i < values.length; i++) {
      sql.add(i == 0 ? "" : " OR ").add("p.metadata @> jsonb_build_object(");
      sql.bind(key).add("::text, ").bind(values[i]).add("::text)");
    }
    sql.add(")");
  }
}

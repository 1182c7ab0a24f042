package org.workedanswers.langchain4j;

import dev.langchain4j.store.embedding.filter.Filter;
import dev.langchain4j.store.embedding.filter.comparison.IsIn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.workedanswers.rag.store.MetadataFilter;

/**
 * rag's filters in LangChain4j's form, which has none for "all" and "nothing".
 *
 * @param all whether everything passes
 * @param filter what passes otherwise; empty where nothing does
 */
record MetadataFilters(boolean all, Optional<Filter> filter) {
  private static final MetadataFilters ALL = new MetadataFilters(true, Optional.empty());
  private static final MetadataFilters NOTHING = new MetadataFilters(false, Optional.empty());

  static MetadataFilters of(MetadataFilter filter) {
    if (filter instanceof MetadataFilter.In in) {
      return in.values().isEmpty()
          ? NOTHING
          : some(new IsIn(PassageSegments.key(in.key()), in.values()));
    }
    if (filter instanceof MetadataFilter.Not not) {
      MetadataFilters inner = of(not.filter());
      return inner.all ? NOTHING : inner.filter.map(f -> some(Filter.not(f))).orElse(ALL);
    }
    return filter instanceof MetadataFilter.And and
        ? joined(and.filters(), true)
        : joined(((MetadataFilter.Or) filter).filters(), false);
  }

  private static MetadataFilters some(Filter filter) {
    return new MetadataFilters(false, Optional.of(filter));
  }

  boolean nothing() {
    return !all && filter.isEmpty();
  }

  private static MetadataFilters joined(List<MetadataFilter> filters, boolean and) {
    List<Filter> parts = new ArrayList<>();
    for (MetadataFilter f : filters) {
      MetadataFilters part = of(f);
      if (and ? part.nothing() : part.all) {
        return part;
      }
      part.filter.ifPresent(parts::add);
    }
    return parts.stream()
        .reduce((a, b) -> and ? Filter.and(a, b) : Filter.or(a, b))
        .map(MetadataFilters::some)
        .orElse(and ? ALL : NOTHING);
  }
}

package org.workedanswers.rag.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.core.Check;

/**
 * Which passages may be found, by their metadata. A store turns it into its own language, so it is
 * data and not code. A key that a passage lacks equals nothing.
 */
public sealed interface MetadataFilter {
  /** All passages. */
  MetadataFilter ALL = new And(List.of());

  /** Whether a passage with this metadata may be found. */
  boolean test(Map<String, String> metadata);

  /** The value of a key is one of these. */
  record In(String key, Set<String> values) implements MetadataFilter {
    /**
     * Copies the values.
     *
     * @throws IllegalArgumentException if the key is blank
     */
    public In {
      Check.that(!key.isBlank(), "a filter's key is blank");
      values = Set.copyOf(values);
    }

    @Override
    public boolean test(Map<String, String> metadata) {
      String value = metadata.get(key);
      return value != null && values.contains(value);
    }
  }

  /** All of these hold; where there are none, everything does. */
  record And(List<MetadataFilter> filters) implements MetadataFilter {
    /** Copies the list. */
    public And {
      filters = List.copyOf(filters);
    }

    @Override
    public boolean test(Map<String, String> metadata) {
      return filters.stream().allMatch(f -> f.test(metadata));
    }
  }

  /** At least one of these holds; where there are none, nothing does. */
  record Or(List<MetadataFilter> filters) implements MetadataFilter {
    /** Copies the list. */
    public Or {
      filters = List.copyOf(filters);
    }

    @Override
    public boolean test(Map<String, String> metadata) {
      return filters.stream().anyMatch(f -> f.test(metadata));
    }
  }

  /** It does not hold. */
  record Not(MetadataFilter filter) implements MetadataFilter {
    @Override
    public boolean test(Map<String, String> metadata) {
      return !filter.test(metadata);
    }
  }

  /** The value of a key is this one. */
  static MetadataFilter equal(String key, String value) {
    return new In(key, Set.of(value));
  }
}

package org.workedanswers.rag.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.core.Check;

/**
 * Which passages may be found, by their metadata. A store turns it into its own language, so it is
 * data and not code. A key that a passage lacks equals nothing.
 *
 * <p>A filter of more than {@value #MAX_PARTS} parts is refused as it is made: a value among many
 * is one part, {@link In}.
 */
public sealed interface MetadataFilter {
  /** All passages. */
  MetadataFilter ALL = new And(List.of());

  /** The most filters that one may be made of, itself counted. */
  int MAX_PARTS = 150;

  /** Whether a passage with this metadata may be found. */
  boolean test(Map<String, String> metadata);

  /** How many filters it is made of, itself counted. */
  int parts();

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

    @Override
    public int parts() {
      return 1;
    }
  }

  /** All of these hold; where there are none, everything does. */
  record And(List<MetadataFilter> filters) implements MetadataFilter {
    /** Copies the list. */
    public And {
      filters = checked(filters);
    }

    @Override
    public int parts() {
      return count(filters);
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
      filters = checked(filters);
    }

    @Override
    public int parts() {
      return count(filters);
    }

    @Override
    public boolean test(Map<String, String> metadata) {
      return filters.stream().anyMatch(f -> f.test(metadata));
    }
  }

  /** It does not hold. */
  record Not(MetadataFilter filter) implements MetadataFilter {
    /** Checks the size. */
    public Not {
      checked(List.of(filter));
    }

    @Override
    public int parts() {
      return count(List.of(filter));
    }

    @Override
    public boolean test(Map<String, String> metadata) {
      return !filter.test(metadata);
    }
  }

  /** The value of a key is this one. */
  static MetadataFilter equal(String key, String value) {
    return new In(key, Set.of(value));
  }

  private static int count(List<MetadataFilter> filters) {
    return 1 + filters.stream().mapToInt(MetadataFilter::parts).sum();
  }

  private static List<MetadataFilter> checked(List<MetadataFilter> filters) {
    int parts = count(filters);
    Check.that(
        parts <= MAX_PARTS, "a filter of %d parts: it can have %d at most", parts, MAX_PARTS);
    return List.copyOf(filters);
  }
}

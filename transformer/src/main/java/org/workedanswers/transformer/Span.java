package org.workedanswers.transformer;

import java.util.List;
import java.util.Optional;
import org.workedanswers.core.Check;

/**
 * Rows of a batch that are one sequence, or the newest part of one. Sequences of any lengths stand
 * one after the other as rows of one matrix; nothing is filled up.
 *
 * @param from its first row
 * @param to the row after its last
 * @param position where its first row stands in its sequence
 * @param caches keys and values of what came before, one for each layer; none where nothing did and
 *     nothing will come
 */
record Span(int from, int to, int position, Optional<List<LayerCache>> caches) {
  Span {
    Check.that(
        from >= 0 && from <= to && position >= 0,
        "rows %d to %d at position %d: they must be rising and not negative",
        from,
        to,
        position);
  }

  /** Whole sequences of those lengths, one after the other. */
  static Span[] of(int... lengths) {
    Span[] spans = new Span[lengths.length];
    int from = 0;
    for (int s = 0; s < lengths.length; s++) {
      spans[s] = new Span(from, from + lengths[s], 0, Optional.empty());
      from += lengths[s];
    }
    return spans;
  }
}

package org.workedanswers.rag;

import java.util.List;

/** Finds documents for a query that is cut into terms already. */
@FunctionalInterface
public interface TermSearch {
  /**
   * The k best documents that hold any of the terms, the best first; fewer if fewer do. Of equal
   * scores the lower document number comes first.
   *
   * @throws IllegalArgumentException if {@code k < 1}
   */
  List<Hit> search(List<String> query, int k);
}

package org.workedanswers.rag;

import java.util.List;

/** Finds documents for queries in words. */
@FunctionalInterface
public interface Retriever {
  /**
   * For each query the k best documents, the best first; fewer where fewer are found.
   *
   * @throws IllegalArgumentException if {@code k < 1}
   */
  List<List<Hit>> search(List<String> queries, int k);

  /** The k best documents for one query. */
  default List<Hit> search(String query, int k) {
    return search(List.of(query), k).get(0);
  }
}

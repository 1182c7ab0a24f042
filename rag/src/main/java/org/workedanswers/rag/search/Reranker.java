package org.workedanswers.rag.search;

import java.util.List;
import org.workedanswers.rag.store.Passage;

/** Looks at a query and a passage together, which is better and slower than to compare vectors. */
public interface Reranker {
  /** What it is called. */
  String name();

  /**
   * How well each passage answers the query: the larger, the better; comparable within this call.
   *
   * @throws IllegalArgumentException if a text is more than it can take
   */
  double[] scores(String query, List<Passage> passages);
}

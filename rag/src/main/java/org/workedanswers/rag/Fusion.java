package org.workedanswers.rag;

import java.util.List;

/** Makes one ranking of several. */
@FunctionalInterface
public interface Fusion {
  /**
   * All documents of the rankings in one, the best first.
   *
   * @param rankings each with the best first; one that found nothing is empty
   * @throws IllegalArgumentException if a ranking has a document twice
   */
  List<Hit> fuse(List<List<Hit>> rankings);
}

package org.workedanswers.rag.search;

import java.util.List;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;

/**
 * What stands behind a search's results.
 *
 * @param legs each leg's ranking, a query's by words ahead of its by meaning
 * @param candidates the fusion of them, the best first, whole
 * @param reranked the first candidates by the reranker, the best first; empty where there is none
 * @param results the passages that came out, with the score that put them where they are
 */
public record SearchTrace(
    List<Leg> legs, List<Candidate> candidates, List<Found> reranked, List<Found> results) {
  /** How a leg searches. */
  public enum Kind {
    /** By words. */
    WORDS,
    /** By meaning. */
    MEANING
  }

  /**
   * One leg's ranking.
   *
   * @param query what was searched for
   * @param kind how
   * @param found the best first
   */
  public record Leg(String query, Kind kind, List<Found> found) {}

  /**
   * A passage of the fusion.
   *
   * @param passage the passage
   * @param score RRF
   * @param ranks its rank in each leg, from 1; 0 where the leg does not have it
   */
  public record Candidate(Passage passage, double score, List<Integer> ranks) {}

  /** Keeps the lists as they are now. */
  public SearchTrace {
    legs = List.copyOf(legs);
    candidates = List.copyOf(candidates);
    reranked = List.copyOf(reranked);
    results = List.copyOf(results);
  }

  /**
   * The score that a kind of leg gave a passage for the first query; NaN where it does not have it.
   */
  public double score(Kind kind, Passage passage) {
    for (Leg leg : legs) {
      if (leg.kind() == kind) {
        for (Found f : leg.found()) {
          if (f.passage().id().equals(passage.id())) {
            return f.score();
          }
        }
        break;
      }
    }
    return Double.NaN;
  }
}

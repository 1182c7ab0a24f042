package org.workedanswers.rag.search;

import org.workedanswers.core.Check;
import org.workedanswers.rag.ReciprocalRankFusion;
import org.workedanswers.rag.store.MetadataFilter;

/**
 * How passages are searched for.
 *
 * @param wordsDepth passages that a search by words hands to the fusion; 0 leaves that leg out
 * @param meaningDepth the same by meaning
 * @param rrfK k of the fusion, 1 or more
 * @param candidates passages of the fusion that a reranker looks at
 * @param results passages that come out
 * @param filter which passages may be found
 */
public record SearchSettings(
    int wordsDepth,
    int meaningDepth,
    int rrfK,
    int candidates,
    int results,
    MetadataFilter filter) {
  /** 100 passages of each leg, k = 60, 100 candidates, 5 results, no filter. */
  public static final SearchSettings STANDARD =
      new SearchSettings(100, 100, ReciprocalRankFusion.STANDARD_K, 100, 5, MetadataFilter.ALL);

  /** Checks the ranges. */
  public SearchSettings {
    Check.range("the depth by words", wordsDepth, 0, Integer.MAX_VALUE);
    Check.range("the depth by meaning", meaningDepth, 0, Integer.MAX_VALUE);
    Check.that(
        wordsDepth > 0 || meaningDepth > 0, "both depths are 0: there is nothing to search by");
    Check.positive("k of the fusion", rrfK);
    Check.positive("candidates", candidates);
    Check.positive("results", results);
  }

  /** The same with other depths. */
  public SearchSettings withDepths(int words, int meaning) {
    return new SearchSettings(words, meaning, rrfK, candidates, results, filter);
  }

  /** The same with another number of candidates and of results. */
  public SearchSettings with(int candidates, int results) {
    return new SearchSettings(wordsDepth, meaningDepth, rrfK, candidates, results, filter);
  }

  /** The same behind a filter. */
  public SearchSettings with(MetadataFilter filter) {
    return new SearchSettings(wordsDepth, meaningDepth, rrfK, candidates, results, filter);
  }
}

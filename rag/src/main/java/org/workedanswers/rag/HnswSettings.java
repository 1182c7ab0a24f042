package org.workedanswers.rag;

import org.workedanswers.core.Check;
import org.workedanswers.rag.DenseIndex.Similarity;

/**
 * How a graph is built; names as in the paper of {@link HnswIndex}.
 *
 * @param similarity how like a query a document is
 * @param m M, 2..{@value #MAX_M}: how many neighbours a new node is linked to on each of its
 *     layers, and the most links it can have there; on layer 0 it can have 2M. More find more, and
 *     cost time, and 8 bytes of memory a document each.
 * @param efConstruction 1..{@value #MAX_EF}: how many nodes a new one's neighbours are chosen from.
 *     More make a better graph in a longer time.
 * @param seed what the levels are drawn from
 */
public record HnswSettings(Similarity similarity, int m, int efConstruction, long seed) {
  /** The largest M. */
  public static final int MAX_M = 512;

  /** The largest efConstruction. */
  public static final int MAX_EF = 100_000;

  /** Cosine, M = 16, efConstruction = 100. */
  public static final HnswSettings STANDARD = new HnswSettings(Similarity.COSINE, 16, 100, 1);

  /** Checks the ranges. */
  public HnswSettings {
    Check.that(similarity != null, "the similarity is missing: COSINE or DOT");
    Check.range("M", m, 2, MAX_M);
    Check.range("efConstruction", efConstruction, 1, MAX_EF);
  }
}

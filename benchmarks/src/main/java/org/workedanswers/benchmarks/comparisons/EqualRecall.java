package org.workedanswers.benchmarks.comparisons;

import java.util.function.IntFunction;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;

/**
 * Approximate searches that find as much: each side takes the smallest ef of a ladder with which it
 * finds {@value #RECALL} of the nearest. The same ef is not the same recall.
 */
public final class EqualRecall {
  private static final double RECALL = 0.95;
  private static final int[] LADDER = {10, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 160, 240, 320};

  private final Report report;
  private final int[][] nearest;
  private int[][] found; // so that a search is not made for nothing

  /** Searches that are held against the nearest documents of each query. */
  public EqualRecall(Report report, int[][] nearest) {
    this.report = report;
    this.nearest = nearest;
  }

  /**
   * The search with the smallest ef that finds enough; says its ef and recall.
   *
   * @param search what it finds for all queries with an ef
   * @throws IllegalStateException if no ef of the ladder finds enough
   */
  public Contender contender(String name, IntFunction<int[][]> search) {
    for (int ef : LADDER) {
      double recall = Embeddings.recall(nearest, search.apply(ef));
      if (recall >= RECALL) {
        report.note(name + ": recall@" + Embeddings.TOP + " " + recall + " at ef " + ef);
        return Contender.of(name, () -> found = search.apply(ef));
      }
    }
    throw new IllegalStateException(name + " does not find " + RECALL + " of the nearest");
  }
}

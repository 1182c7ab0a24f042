package org.workedanswers.benchmarks.comparisons;

import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;

/**
 * Approximate searches that find as much: each side takes the smallest ef with which it finds
 * {@value #RECALL} of the nearest. The same ef is not the same recall.
 */
public final class EqualRecall {
  private static final double RECALL = 0.95;

  /** No search is tried with an ef above this. */
  static final int LARGEST = 1280;

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
   * @throws IllegalStateException if none finds enough
   */
  public Contender contender(String name, IntFunction<int[][]> search) {
    int ef = smallest(candidate -> recall(search.apply(candidate)) >= RECALL);
    if (ef > LARGEST) {
      throw new IllegalStateException(name + " does not find " + RECALL + " of the nearest");
    }
    double recall = recall(search.apply(ef));
    report.note(name + ": recall@" + Embeddings.TOP + " " + recall + " at ef " + ef);
    return Contender.of(name, () -> found = search.apply(ef));
  }

  private double recall(int[][] hits) {
    return Embeddings.recall(nearest, hits);
  }

  /**
   * The smallest ef, from as many as are asked for, that finds enough: doubled until it does, then
   * halved in between. More than {@link #LARGEST} if none does. An ef below it may find enough by
   * chance, the one just below does not.
   */
  static int smallest(IntPredicate findsEnough) {
    int tooFew = Embeddings.TOP - 1;
    int enough = Embeddings.TOP;
    while (!findsEnough.test(enough)) {
      tooFew = enough;
      enough *= 2;
      if (enough > LARGEST) {
        return enough;
      }
    }
    while (enough - tooFew > 1) {
      int middle = (tooFew + enough) / 2;
      if (findsEnough.test(middle)) {
        enough = middle;
      } else {
        tooFew = middle;
      }
    }
    return enough;
  }
}

package org.workedanswers.rag;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.core.Check;

/**
 * How good a ranking is, given how relevant documents are: grades above 0 by document, all others
 * are not. As trec_eval computes them; a query without any relevant document scores 0. R: how many
 * documents are relevant, found or not; rel(i): whether that of rank i is.
 *
 * <p>trec_eval orders equal scores by the documents' names, backwards: so must be done ahead where
 * its very figures are wanted. C. Buckley and E. Voorhees, <i>Retrieval System Evaluation</i>, in
 * TREC: Experiment and Evaluation in Information Retrieval, 2005.
 */
public final class RankingMetrics {
  private RankingMetrics() {}

  /**
   * Normalised discounted cumulative gain of the first {@code cutoff} documents, 0 to 1.
   *
   * <pre>
   *   DCG  = Σ grade(i) / log₂(i + 1)      over the ranks i = 1 .. cutoff
   *   nDCG = DCG / DCG of the best possible ranking
   * </pre>
   *
   * K. Järvelin and J. Kekäläinen, <i>Cumulated gain-based evaluation of IR techniques</i>, ACM
   * TOIS 20(4), 2002, with the discount from rank 2 on.
   *
   * @throws IllegalArgumentException if {@code cutoff < 1} or a document comes twice
   */
  public static double ndcg(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, cutoff);
    int[] ideal = grades.values().stream().mapToInt(g -> Math.max(0, g)).sorted().toArray();
    double dcg = 0;
    double best = 0;
    for (int i = 1; i <= Math.min(cutoff, Math.max(ranking.size(), grades.size())); i++) {
      double discount = Math.log(2) / Math.log(i + 1);
      dcg += i <= ranking.size() ? grade(grades, ranking.get(i - 1)) * discount : 0;
      best += i <= ideal.length ? ideal[ideal.length - i] * discount : 0;
    }
    return best == 0 ? 0 : dcg / best;
  }

  /** The share of all relevant documents that is among the first {@code cutoff}. */
  public static double recall(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, cutoff);
    int relevant = relevant(grades);
    return relevant == 0 ? 0 : (double) found(ranking, grades, cutoff) / relevant;
  }

  /** The share of the first {@code cutoff} that is relevant; places not filled are not. */
  public static double precision(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, cutoff);
    return (double) found(ranking, grades, cutoff) / cutoff;
  }

  /** {@link #precision} of the first R. */
  public static double rPrecision(List<Hit> ranking, Map<Integer, Integer> grades) {
    int relevant = relevant(grades);
    return relevant == 0 ? 0 : precision(ranking, grades, relevant);
  }

  /** 1 if there is a relevant document among the first {@code cutoff}, else 0. */
  public static double success(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, cutoff);
    return found(ranking, grades, cutoff) > 0 ? 1 : 0;
  }

  /**
   * Average precision of the first {@code cutoff}; its mean over queries is MAP.
   *
   * <pre>
   *   AP = 1/R · Σ rel(i) · precision(i)     over the ranks i = 1 .. cutoff
   * </pre>
   */
  public static double averagePrecision(
      List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, cutoff);
    int found = 0;
    double sum = 0;
    for (int i = 1; i <= Math.min(cutoff, ranking.size()); i++) {
      if (grade(grades, ranking.get(i - 1)) > 0) {
        found++;
        sum += (double) found / i;
      }
    }
    return found == 0 ? 0 : sum / relevant(grades);
  }

  /** 1 / the rank of the first relevant document, 0 if there is none in the ranking. */
  public static double reciprocalRank(List<Hit> ranking, Map<Integer, Integer> grades) {
    check(ranking, 1);
    for (int i = 1; i <= ranking.size(); i++) {
      if (grade(grades, ranking.get(i - 1)) > 0) {
        return 1.0 / i;
      }
    }
    return 0;
  }

  private static int relevant(Map<Integer, Integer> grades) {
    return (int) grades.values().stream().filter(g -> g > 0).count();
  }

  private static int found(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    int found = 0;
    for (int i = 0; i < Math.min(cutoff, ranking.size()); i++) {
      found += grade(grades, ranking.get(i)) > 0 ? 1 : 0;
    }
    return found;
  }

  private static int grade(Map<Integer, Integer> grades, Hit hit) {
    return Math.max(0, grades.getOrDefault(hit.document(), 0));
  }

  private static void check(List<Hit> ranking, int cutoff) {
    Check.positive("cutoff", cutoff);
    Set<Integer> seen = new HashSet<>();
    for (Hit hit : ranking) {
      Check.that(seen.add(hit.document()), "document %d comes twice", hit.document());
    }
  }
}

package org.workedanswers.rag;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.core.Check;

/**
 * How good a ranking is, given how relevant documents are: grades above 0 by document, all others
 * are 0. As trec_eval computes them; a query without any relevant document scores 0.
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
   * @throws IllegalArgumentException if {@code cutoff < 1}, a grade is negative or a document comes
   *     twice
   */
  public static double ndcg(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    check(ranking, grades, cutoff);
    int[] ideal = grades.values().stream().mapToInt(Integer::intValue).sorted().toArray();
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
    check(ranking, grades, cutoff);
    long relevant = grades.values().stream().filter(g -> g > 0).count();
    int found = 0;
    for (int i = 0; i < Math.min(cutoff, ranking.size()); i++) {
      found += grade(grades, ranking.get(i)) > 0 ? 1 : 0;
    }
    return relevant == 0 ? 0 : (double) found / relevant;
  }

  /** 1 / the rank of the first relevant document, 0 if there is none in the ranking. */
  public static double reciprocalRank(List<Hit> ranking, Map<Integer, Integer> grades) {
    check(ranking, grades, 1);
    for (int i = 1; i <= ranking.size(); i++) {
      if (grade(grades, ranking.get(i - 1)) > 0) {
        return 1.0 / i;
      }
    }
    return 0;
  }

  private static int grade(Map<Integer, Integer> grades, Hit hit) {
    return grades.getOrDefault(hit.document(), 0);
  }

  private static void check(List<Hit> ranking, Map<Integer, Integer> grades, int cutoff) {
    Check.positive("cutoff", cutoff);
    grades.forEach(
        (d, grade) -> Check.that(grade >= 0, "document %d has grade %d: 0 is the least", d, grade));
    Set<Integer> seen = new HashSet<>();
    for (Hit hit : ranking) {
      Check.that(seen.add(hit.document()), "document %d comes twice", hit.document());
    }
  }
}

package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Fusion;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.PairedComparison;
import org.workedanswers.rag.RankingMetrics;

/**
 * How good three ways to search are, query by query: by words, by meaning, and fused.
 *
 * @param words nDCG@10 of BM25, one a query
 * @param meaning nDCG@10 of the embeddings
 * @param fused nDCG@10 of the fusion of both
 * @param shares whether the query has a word in common with an answer, stop words not counted
 * @param rankings the fusion's rankings, whole
 */
record Scores(
    double[] words, double[] meaning, double[] fused, boolean[] shares, List<List<Hit>> rankings) {
  /** nDCG is taken over the first ten. */
  static final int CUTOFF = 10;

  /** Fuses the two rankings of every query and scores all three. */
  static Scores of(Experiment experiment, Experiment.Rankings rankings, Fusion fusion) {
    List<ReverseDictionary.Query> queries = experiment.collection().queries();
    int n = queries.size();
    Scores s =
        new Scores(new double[n], new double[n], new double[n], new boolean[n], new ArrayList<>());
    for (int q = 0; q < n; q++) {
      Map<Integer, Integer> grades = queries.get(q).grades();
      List<Hit> words = rankings.words().get(q);
      List<Hit> meaning = rankings.meaning().get(q);
      List<Hit> fused = fusion.fuse(List.of(words, meaning));
      s.rankings.add(fused);
      s.words[q] = RankingMetrics.ndcg(words, grades, CUTOFF);
      s.meaning[q] = RankingMetrics.ndcg(meaning, grades, CUTOFF);
      s.fused[q] = RankingMetrics.ndcg(fused, grades, CUTOFF);
      s.shares[q] = !experiment.shared(queries.get(q)).isEmpty();
    }
    return s;
  }

  /** The queries that share a word with an answer, or those that do not. */
  int[] group(boolean sharing) {
    return queries(q -> shares[q] == sharing);
  }

  /** All queries. */
  int[] all() {
    return queries(q -> true);
  }

  private int[] queries(IntPredicate which) {
    return IntStream.range(0, shares.length).filter(which).toArray();
  }

  /** The mean over some of the queries. */
  static double mean(double[] scores, int[] queries) {
    return Arrays.stream(queries).mapToDouble(q -> scores[q]).average().orElse(0);
  }

  /** Two ways compared on some of the queries. */
  static PairedComparison compare(double[] a, double[] b, int[] queries, SeededRandom random) {
    return PairedComparison.of(
        Arrays.stream(queries).mapToDouble(q -> a[q]).toArray(),
        Arrays.stream(queries).mapToDouble(q -> b[q]).toArray(),
        random);
  }
}

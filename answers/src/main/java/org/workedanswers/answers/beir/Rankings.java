package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.workedanswers.rag.Fusion;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.RankingMetrics;
import org.workedanswers.rag.ReciprocalRankFusion;

/** A collection's rankings by each leg, and how good they are. */
final class Rankings {
  /** Documents of a ranking that nDCG, MRR and precision look at. */
  static final int CUTOFF = 10;

  /** Documents of a ranking that recall looks at. */
  static final int RECALL_CUTOFF = 100;

  /** The measures of a ranking, as trec_eval computes them. */
  enum Measure {
    NDCG("nDCG@" + CUTOFF),
    MAP("MAP"),
    MRR("MRR@" + CUTOFF),
    RECALL("recall@" + RECALL_CUTOFF),
    PRECISION("P@" + CUTOFF);

    final String label;

    Measure(String label) {
      this.label = label;
    }

    double of(List<Hit> ranking, Map<Integer, Integer> grades) {
      List<Hit> first = ranking.subList(0, Math.min(CUTOFF, ranking.size()));
      return switch (this) {
        case NDCG -> RankingMetrics.ndcg(ranking, grades, CUTOFF);
        case MAP -> RankingMetrics.averagePrecision(ranking, grades, Integer.MAX_VALUE);
        case MRR -> RankingMetrics.reciprocalRank(first, grades);
        case RECALL -> RankingMetrics.recall(ranking, grades, RECALL_CUTOFF);
        case PRECISION -> RankingMetrics.precision(ranking, grades, CUTOFF);
      };
    }
  }

  private final BeirCollection collection;
  private final Map<String, List<List<Hit>>> legs = new LinkedHashMap<>();

  Rankings(BeirCollection collection) {
    this.collection = collection;
  }

  BeirCollection collection() {
    return collection;
  }

  /** Adds a leg with its ranking for each query. */
  void add(String leg, List<List<Hit>> rankings) {
    legs.put(leg, rankings);
  }

  /**
   * What a leg finds for every query, {@code depth} documents at most; the document with a query's
   * own id is left out, as BEIR does: there the query is itself a document of the collection.
   */
  List<List<Hit>> searched(Legs.Leg leg, int depth) {
    int[] all = IntStream.range(0, collection.queries().size()).toArray();
    List<List<Hit>> found = leg.search(all, depth == Integer.MAX_VALUE ? depth : depth + 1);
    return IntStream.of(all)
        .mapToObj(
            q ->
                found.get(q).stream()
                    .filter(hit -> hit.document() != collection.own()[q])
                    .limit(depth)
                    .toList())
        .toList();
  }

  /** The legs' names, in the order in which they were added. */
  List<String> legs() {
    return List.copyOf(legs.keySet());
  }

  /** A leg's ranking for each query. */
  List<List<Hit>> of(String leg) {
    return legs.get(leg);
  }

  /** The fusion of two legs, a query each. */
  List<List<Hit>> fused(String leg, String other, int k) {
    return fused(legs.get(leg), legs.get(other), k);
  }

  /** The fusion of two rankings, a query each. */
  static List<List<Hit>> fused(List<List<Hit>> one, List<List<Hit>> other, int k) {
    Fusion fusion = new ReciprocalRankFusion(k);
    List<List<Hit>> fused = new ArrayList<>();
    for (int q = 0; q < one.size(); q++) {
      fused.add(fusion.fuse(List.of(one.get(q), other.get(q))));
    }
    return fused;
  }

  /** A leg's scores, a query each. */
  double[] scores(String leg, Measure measure) {
    return scores(legs.get(leg), measure);
  }

  /** The mean of rankings' scores over the queries. */
  double mean(List<List<Hit>> rankings, Measure measure) {
    return StatUtils.mean(scores(rankings, measure));
  }

  /** The scores of rankings, a query each. */
  double[] scores(List<List<Hit>> rankings, Measure measure) {
    double[] scores = new double[rankings.size()];
    for (int q = 0; q < scores.length; q++) {
      scores[q] = measure.of(rankings.get(q), collection.grades().get(q));
    }
    return scores;
  }
}

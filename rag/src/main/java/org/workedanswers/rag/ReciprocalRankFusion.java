package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.core.Check;

/**
 * Reciprocal rank fusion: a document's score is made of its ranks alone, so rankings whose scores
 * can't be compared (BM25's and a cosine) can be joined.
 *
 * <pre>
 *   RRF(d) = Σ 1 / (k + rank(d))     over the rankings that hold d; the best rank is 1
 * </pre>
 *
 * k: how little the first ranks stand out. With k = 60 rank 1 counts 1/61 and rank 62 half of that,
 * so a document in the middle of both rankings can pass one at the top of only one.
 *
 * <p>G. Cormack, C. Clarke and S. Büttcher, <i>Reciprocal Rank Fusion outperforms Condorcet and
 * individual Rank Learning Methods</i>, SIGIR 2009, which sets k = 60.
 */
public final class ReciprocalRankFusion implements Fusion {
  /** The paper's k. */
  public static final int STANDARD_K = 60;

  /**
   * A document's fused score and what it is made of.
   *
   * @param hit the document and RRF(d)
   * @param ranks its rank in each ranking, from 1; 0 where it is missing
   */
  public record Fused(Hit hit, List<Integer> ranks) {}

  private final int k;

  /**
   * Fusion with the given k.
   *
   * @throws IllegalArgumentException if {@code k < 1}
   */
  public ReciprocalRankFusion(int k) {
    this.k = Check.positive("k", k);
  }

  /** The constant k. */
  public int k() {
    return k;
  }

  /** 1 / (k + rank): what one ranking adds; 0 for rank 0, where the document is missing. */
  public double share(int rank) {
    return rank == 0 ? 0 : 1.0 / ((double) k + rank);
  }

  @Override
  public List<Hit> fuse(List<List<Hit>> rankings) {
    List<Hit> hits = new ArrayList<>();
    for (Fused f : trace(rankings)) {
      hits.add(f.hit());
    }
    return hits;
  }

  /** The same as {@link #fuse}, each document with its ranks. */
  public List<Fused> trace(List<List<Hit>> rankings) {
    List<Fused> fused = new ArrayList<>();
    for (Map.Entry<Integer, Integer[]> e : ranks(rankings).entrySet()) {
      double score = 0;
      for (int rank : e.getValue()) {
        score += share(rank);
      }
      fused.add(new Fused(new Hit(e.getKey(), score), List.of(e.getValue())));
    }
    fused.sort((a, b) -> TopHits.bestFirst(a.hit(), b.hit()));
    return fused;
  }

  private static Map<Integer, Integer[]> ranks(List<List<Hit>> rankings) {
    Map<Integer, Integer[]> ranks = new HashMap<>();
    for (int r = 0; r < rankings.size(); r++) {
      int rank = 0;
      for (Hit hit : rankings.get(r)) {
        Integer[] of = ranks.computeIfAbsent(hit.document(), d -> none(rankings.size()));
        rank++;
        Check.that(
            of[r] == 0,
            "ranking %d has document %d at ranks %d and %d: a document has one rank",
            r,
            hit.document(),
            of[r],
            rank);
        of[r] = rank;
      }
    }
    return ranks;
  }

  private static Integer[] none(int rankings) {
    Integer[] ranks = new Integer[rankings];
    Arrays.fill(ranks, 0);
    return ranks;
  }
}

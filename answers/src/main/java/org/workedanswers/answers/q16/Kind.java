package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.workedanswers.rag.Hit;

/** Four things that can happen to a query, told by the ranks at which its answer comes out. */
enum Kind {
  /** Words alone have it first; meaning does not have it among the first ten. */
  WORDS_WIN("words win: first by words, not in the first ten by meaning"),
  /** Meaning alone has it first; words do not have it among the first ten. */
  MEANING_WINS("meaning wins: first by meaning, not in the first ten by words"),
  /** Neither has it among the first ten, the fusion has. */
  ONLY_BOTH("only both: in the first ten when fused, in neither leg's"),
  /** One leg has it among the first three, the fusion not even among the first ten. */
  FUSION_WORSE("fusion is the worse: in the first three of a leg, not in the first ten fused");

  /**
   * A query and the rank of its best answer by each way, from 1; {@link #MISSING} where it is not
   * found.
   */
  record Ranks(int query, int words, int meaning, int fused) {
    /** A rank beyond all others. */
    static final int MISSING = Integer.MAX_VALUE;

    private int best() {
      return Math.min(words, meaning);
    }

    private int worst() {
      return Math.max(words, meaning);
    }

    /** A rank as a reader sees it. */
    static String text(int rank) {
      return rank == MISSING ? "-" : Integer.toString(rank);
    }
  }

  private final String says;

  Kind(String says) {
    this.says = says;
  }

  /** What happened, in a line. */
  String says() {
    return says;
  }

  private boolean is(Ranks r) {
    return switch (this) {
      case WORDS_WIN -> r.words() == 1 && r.meaning() > Scores.CUTOFF;
      case MEANING_WINS -> r.meaning() == 1 && r.words() > Scores.CUTOFF;
      case ONLY_BOTH -> r.best() > Scores.CUTOFF && r.fused() <= Scores.CUTOFF;
      case FUSION_WORSE -> r.best() <= 3 && r.fused() > Scores.CUTOFF;
    };
  }

  /** The plainest cases first: the farthest apart, or the best that came of the least. */
  private Comparator<Ranks> plainest() {
    Comparator<Ranks> order =
        switch (this) {
          case WORDS_WIN -> Comparator.comparingInt((Ranks r) -> -r.meaning());
          case MEANING_WINS -> Comparator.comparingInt((Ranks r) -> -r.words());
          case ONLY_BOTH -> Comparator.comparingInt(Ranks::fused).thenComparingInt(r -> -r.worst());
          case FUSION_WORSE ->
              Comparator.comparingInt(Ranks::best).thenComparingInt(r -> -r.fused());
        };
    return order.thenComparingInt(Ranks::fused).thenComparingInt(Ranks::query);
  }

  /** The queries of this kind, the plainest first. */
  List<Ranks> of(List<Ranks> all) {
    return all.stream().filter(this::is).sorted(plainest()).toList();
  }

  /** The ranks of every query's best answer. */
  static List<Ranks> ranks(Experiment experiment, Experiment.Rankings rankings, Scores scores) {
    List<Ranks> ranks = new ArrayList<>();
    List<ReverseDictionary.Query> queries = experiment.collection().queries();
    for (int q = 0; q < queries.size(); q++) {
      Map<Integer, Integer> grades = queries.get(q).grades();
      ranks.add(
          new Ranks(
              q,
              rank(rankings.words().get(q), grades),
              rank(rankings.meaning().get(q), grades),
              rank(scores.rankings().get(q), grades)));
    }
    return ranks;
  }

  private static int rank(List<Hit> ranking, Map<Integer, Integer> grades) {
    for (int i = 0; i < ranking.size(); i++) {
      if (grades.containsKey(ranking.get(i).document())) {
        return i + 1;
      }
    }
    return Ranks.MISSING;
  }
}

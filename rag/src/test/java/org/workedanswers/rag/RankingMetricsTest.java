package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SharedData;

/** Held against trec_eval's own output, and against sums by hand. */
class RankingMetricsTest {
  private static final String METRICS =
      "(ndcg_cut|recall|P|map_cut|success)_\\d+|recip_rank|ndcg|map|Rprec";

  private record Scored(String name, double score) {}

  private static double log2(double x) {
    return Math.log(x) / Math.log(2);
  }

  private static List<Hit> ranking(int... documents) {
    List<Hit> hits = new ArrayList<>();
    for (int d : documents) {
      hits.add(new Hit(d, 0));
    }
    return hits;
  }

  @Test
  void trecEvalGivesTheSame() throws IOException {
    Map<String, Map<String, Integer>> numbers = new HashMap<>(); // of documents by name
    Map<String, Map<Integer, Integer>> grades = new TreeMap<>();
    for (String line : Files.readAllLines(SharedData.file("metrics/trec_eval/qrels.test"))) {
      String[] f = line.trim().split("\\s+");
      int document = number(numbers, f[0], f[2]);
      grades.computeIfAbsent(f[0], q -> new HashMap<>()).put(document, Integer.parseInt(f[3]));
    }
    Map<String, List<Scored>> runs = new TreeMap<>();
    for (String line : Files.readAllLines(SharedData.file("metrics/trec_eval/results.test"))) {
      String[] f = line.trim().split("\\s+");
      runs.computeIfAbsent(f[0], q -> new ArrayList<>())
          .add(new Scored(f[2], Double.parseDouble(f[4])));
    }
    int compared = 0;
    Map<String, Double> sums = new HashMap<>(); // over the queries
    for (String line : Files.readAllLines(SharedData.file("metrics/trec_eval/out.test.aq"))) {
      String[] f = line.trim().split("\\s+");
      if (!runs.containsKey(f[1]) || !f[0].matches(METRICS)) {
        continue;
      }
      List<Hit> ranking = new ArrayList<>();
      runs.get(f[1]).stream()
          .sorted(
              Comparator.comparingDouble(Scored::score)
                  .thenComparing(Scored::name)
                  .reversed()) // trec_eval's order of ties
          .forEach(s -> ranking.add(new Hit(number(numbers, f[1], s.name()), s.score())));
      double value = metric(f[0], ranking, grades.get(f[1]));
      assertEquals(Double.parseDouble(f[2]), value, 0.5001e-4, line);
      sums.merge(f[0], value, Double::sum);
      compared++;
    }
    assertEquals(3 * (4 * 9 + 4 + 3), compared);
    for (String line : Files.readAllLines(SharedData.file("metrics/trec_eval/out.test.a"))) {
      String[] f = line.trim().split("\\s+");
      if (f[0].matches(METRICS)) {
        assertEquals(Double.parseDouble(f[2]), sums.get(f[0]) / 3, 0.5001e-4, line);
        compared++;
      }
    }
    assertEquals(4 * (4 * 9 + 4 + 3), compared);
  }

  private static int number(
      Map<String, Map<String, Integer>> numbers, String query, String document) {
    Map<String, Integer> of = numbers.computeIfAbsent(query, q -> new HashMap<>());
    of.putIfAbsent(document, of.size());
    return of.get(document);
  }

  private static double metric(String name, List<Hit> ranking, Map<Integer, Integer> grades) {
    int cutoff = name.matches(".*_\\d+") ? Integer.parseInt(name.replaceAll(".*_", "")) : 10_000;
    return switch (name.replaceAll("_\\d+$", "")) {
      case "recip_rank" -> RankingMetrics.reciprocalRank(ranking, grades);
      case "ndcg", "ndcg_cut" -> RankingMetrics.ndcg(ranking, grades, cutoff);
      case "recall" -> RankingMetrics.recall(ranking, grades, cutoff);
      case "P" -> RankingMetrics.precision(ranking, grades, cutoff);
      case "map", "map_cut" -> RankingMetrics.averagePrecision(ranking, grades, cutoff);
      case "Rprec" -> RankingMetrics.rPrecision(ranking, grades);
      case "success" -> RankingMetrics.success(ranking, grades, cutoff);
      default -> throw new IllegalArgumentException(name);
    };
  }

  @Test
  void gradesByHand() {
    Map<Integer, Integer> grades = Map.of(1, 3, 2, 1, 3, 2, 4, 0);
    double dcg = 1 / log2(2) + 0 + 3 / log2(4);
    double best = 3 / log2(2) + 2 / log2(3) + 1 / log2(4);
    assertEquals(dcg / best, RankingMetrics.ndcg(ranking(2, 9, 1), grades, 10), 1e-15);
    assertEquals(1 / (3 + 2 / log2(3)), RankingMetrics.ndcg(ranking(2, 9, 1), grades, 2), 1e-15);
    assertEquals(1, RankingMetrics.ndcg(ranking(1, 3, 2, 9), grades, 10), 1e-15);
    assertEquals(2 / 3.0, RankingMetrics.recall(ranking(2, 9, 1), grades, 3));
    assertEquals(1 / 3.0, RankingMetrics.recall(ranking(2, 9, 1), grades, 2));
    assertEquals(0.5, RankingMetrics.reciprocalRank(ranking(4, 2, 1), grades));
  }

  @Test
  void oneRelevantDocument() {
    Map<Integer, Integer> grades = Map.of(7, 1);
    assertEquals(1, RankingMetrics.ndcg(ranking(7), grades, 10));
    assertEquals(1 / log2(11), RankingMetrics.ndcg(ranking(range(10, 7)), grades, 10), 1e-15);
    assertEquals(0, RankingMetrics.ndcg(ranking(range(11, 7)), grades, 10));
    assertEquals(0, RankingMetrics.recall(ranking(range(11, 7)), grades, 10));
    assertEquals(1 / 11.0, RankingMetrics.reciprocalRank(ranking(range(11, 7)), grades));
  }

  /** 100, 101, ... and the given document at that rank. */
  private static int[] range(int rank, int document) {
    int[] documents = new int[rank];
    for (int i = 0; i < rank; i++) {
      documents[i] = 100 + i;
    }
    documents[rank - 1] = document;
    return documents;
  }

  @Test
  void nothingRelevantOrNothingFoundIsZero() {
    for (Map<Integer, Integer> grades : List.of(Map.<Integer, Integer>of(), Map.of(3, 0))) {
      assertEquals(0, RankingMetrics.ndcg(ranking(3), grades, 10));
      assertEquals(0, RankingMetrics.recall(ranking(3), grades, 10));
      assertEquals(0, RankingMetrics.reciprocalRank(ranking(3), grades));
    }
    assertEquals(0, RankingMetrics.ndcg(ranking(), Map.of(3, 1), 10));
    Map<Integer, Integer> judgedBad = Map.of(1, -2, 2, 1);
    assertEquals(1 / log2(3), RankingMetrics.ndcg(ranking(1, 2), judgedBad, 10), 1e-15);
    assertEquals(0.5, RankingMetrics.averagePrecision(ranking(1, 2), judgedBad, 10));
    assertEquals(1, RankingMetrics.recall(ranking(1, 2), judgedBad, 10));
  }

  @Test
  void badInputIsNamed() {
    Bm25Test.assertMessage(
        "cutoff is 0: it must be at least 1",
        () -> RankingMetrics.ndcg(ranking(1), Map.of(1, 1), 0));
    Bm25Test.assertMessage(
        "document 4 comes twice", () -> RankingMetrics.reciprocalRank(ranking(4, 4), Map.of(1, 1)));
  }
}

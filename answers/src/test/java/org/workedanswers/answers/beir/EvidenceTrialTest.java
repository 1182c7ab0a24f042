package org.workedanswers.answers.beir;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.TextEmbedder;

class EvidenceTrialTest {
  private static float[] vector(String text) {
    SeededRandom random = new SeededRandom(text.hashCode());
    return new float[] {
      (float) random.gaussian(), (float) random.gaussian(), (float) random.gaussian()
    };
  }

  private static double cosine(String a, String b) {
    float[] x = vector(a);
    float[] y = vector(b);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return xy / Math.sqrt(xx * yy);
  }

  /** Against the maximum over all sentences, by a pass over them. */
  @Test
  void evidenceIsOfTheClosestSentenceWithAndWithoutTheRelevantOnes() {
    Embedder embedder = new TextEmbedder(3, EvidenceTrialTest::vector);
    SeededRandom random = new SeededRandom(11);
    List<String> texts = new ArrayList<>();
    List<List<String>> sentences = new ArrayList<>();
    for (int d = 0; d < 9; d++) {
      List<String> of = new ArrayList<>();
      for (int s = 0; s < 1 + d % 3; s++) {
        of.add("Sentence " + s + " of document " + d + " is here.");
      }
      sentences.add(of);
      texts.add(String.join(" ", of));
    }
    List<String> queries = new ArrayList<>();
    List<Map<Integer, Integer>> grades = new ArrayList<>();
    List<List<Hit>> ranking = new ArrayList<>();
    List<Double> held = new ArrayList<>();
    List<Boolean> right = new ArrayList<>();
    List<Double> missing = new ArrayList<>();
    for (int q = 0; q < 40; q++) {
      String query = "What of number " + q + "?";
      int[] order = random.permutation(9);
      Map<Integer, Integer> graded = new HashMap<>(Map.of(order[0], q % 3 - 1, order[8], 1));
      graded.put(order[q % 8], 2);
      queries.add(query);
      grades.add(graded);
      List<Hit> hits = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        hits.add(new Hit(order[i], 9 - i));
      }
      ranking.add(hits);
      List<Integer> first = hits.stream().limit(5).map(Hit::document).toList();
      List<Integer> others =
          hits.stream()
              .map(Hit::document)
              .filter(d -> graded.getOrDefault(d, 0) <= 0)
              .limit(5)
              .toList();
      if (first.stream().anyMatch(d -> graded.getOrDefault(d, 0) > 0)) {
        int best = first.get(0);
        for (int d : first) {
          best = score(query, sentences.get(d)) > score(query, sentences.get(best)) ? d : best;
        }
        held.add(score(query, sentences.get(best)));
        right.add(graded.getOrDefault(best, 0) > 0);
        missing.add(
            others.stream().mapToDouble(d -> score(query, sentences.get(d))).max().orElseThrow());
      }
    }
    assertTrue(held.size() > 20 && held.size() < 40, "" + held.size());
    BeirCollection collection =
        new BeirCollection("made up", queries, texts, queries, queries, grades, new int[40], 0);
    try (Workbench bench = Workbench.standard()) {
      EvidenceTrial trial = EvidenceTrial.of(bench, collection, ranking, embedder);
      assertEquals(right, trial.right());
      for (int i = 0; i < held.size(); i++) {
        assertEquals(held.get(i), trial.held().get(i), 1e-6);
        assertEquals(missing.get(i), trial.missing().get(i), 1e-6);
      }
      assertEquals(2, trial.shares().size());
    }
  }

  private static double score(String query, List<String> sentences) {
    return sentences.stream().mapToDouble(s -> cosine(query, s)).max().orElseThrow();
  }

  @Test
  void thresholdsAreChosenOnOneHalfAndMeasuredOnTheOther() {
    EvidenceTrial trial =
        new EvidenceTrial(
            List.of(0.7, 0.4, 0.6, 0.65, 0.65, 0.5),
            List.of(true, true, true, false, true, true),
            List.of(0.3, 0.55, 0.52, 0.2, 0.4, 0.6));
    // Of the first, third and fifth: 0.525 is the lowest that parts all.
    EvidenceTrial.Shares chosen = trial.shares().get(1);
    assertEquals(0.525, chosen.threshold(), 1e-9);
    assertEquals(1 / 3.0, chosen.answered(), 1e-9);
    assertEquals(0, chosen.right(), 1e-9);
    assertEquals(1 / 3.0, chosen.declined(), 1e-9);
    EvidenceTrial.Shares standard = trial.shares().get(0);
    assertEquals(0.475, standard.threshold(), 1e-9);
    assertEquals(2 / 3.0, standard.answered(), 1e-9);
    assertEquals(0.5, standard.right(), 1e-9);
  }
}

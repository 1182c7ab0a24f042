package org.workedanswers.rag.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.store.Passage;

class LateInteractionTest {
  private static double exact(Matrix q, Matrix p) {
    double sum = 0;
    for (int i = 0; i < q.rows(); i++) {
      double best = Double.NEGATIVE_INFINITY;
      for (int j = 0; j < p.rows(); j++) {
        double dot = 0;
        for (int c = 0; c < q.cols(); c++) {
          dot += (double) q.get(i, c) * p.get(j, c);
        }
        best = Math.max(best, dot);
      }
      sum += best;
    }
    return q.rows() == 0 || p.rows() == 0 ? 0 : sum / q.rows();
  }

  @Test
  void scoresAreTheMeansOfTheNearest() {
    SeededRandom random = new SeededRandom(1);
    int[] sizes = {0, 1, 2, 3, 7, 17, 33, 65};
    for (int n : sizes) {
      for (int m : sizes) {
        Matrix q = random.gaussian(n, 5, 1);
        Matrix p = random.gaussian(m, 5, 1);
        assertEquals(exact(q, p), LateInteraction.score(PlainKernels.PLAIN, q, p), 1e-5);
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () ->
            LateInteraction.score(
                PlainKernels.PLAIN, random.gaussian(1, 5, 1), random.gaussian(1, 6, 1)));
  }

  @Test
  void passagesAreScoredByTitleAndText() {
    List<String> seen = new ArrayList<>();
    SeededRandom random = new SeededRandom(2);
    List<Matrix> tokens =
        List.of(random.gaussian(2, 3, 1), random.gaussian(4, 3, 1), random.gaussian(1, 3, 1));
    TokenEmbedder embedder =
        new TokenEmbedder() {
          @Override
          public String name() {
            return "made up";
          }

          @Override
          public List<Matrix> tokens(List<String> texts) {
            seen.addAll(texts);
            return tokens;
          }
        };
    LateInteraction reranker = new LateInteraction(embedder, PlainKernels.PLAIN);
    double[] scores =
        reranker.scores(
            "query",
            List.of(
                new Passage("a", "d", 0, 1, "Title", "one", Map.of()),
                new Passage("b", "d", 0, 1, "", "two", Map.of())));
    assertEquals(List.of("query", "Title\none", "two"), seen);
    assertEquals(exact(tokens.get(0), tokens.get(1)), scores[0], 1e-5);
    assertEquals(exact(tokens.get(0), tokens.get(2)), scores[1], 1e-5);
    assertEquals("MaxSim, made up", reranker.name());
  }
}

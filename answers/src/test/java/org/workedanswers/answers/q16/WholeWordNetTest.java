package org.workedanswers.answers.q16;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.ReciprocalRankFusion;

/** All of WordNet, embedded once; then the parts that twenty seeds draw from it. */
@Tag("long")
class WholeWordNetTest {
  private static final ReciprocalRankFusion RRF = new ReciprocalRankFusion(60);

  private static final Map<String, Integer> DOCUMENTS = new HashMap<>(); // rows by id
  private static final Map<String, Integer> QUERIES = new HashMap<>(); // rows by text

  private static Workbench bench;
  private static Experiment whole;

  @BeforeAll
  static void embed() {
    bench = Workbench.standard();
    int all = WordNet.wordNet().synsets().size();
    whole = Experiment.of(bench, ReverseDictionary.sample(all, new SeededRandom(1)));
    ReverseDictionary c = whole.collection();
    for (int d = 0; d < all; d++) {
      DOCUMENTS.put(c.meanings().get(d).id(), d);
    }
    for (int q = 0; q < c.queries().size(); q++) {
      QUERIES.put(c.queries().get(q).text(), q);
    }
  }

  @AfterAll
  static void close() {
    bench.close();
  }

  /** What {@code Experiment.of(bench, documents)} gives, without embedding anew. */
  private static Experiment part(Workbench seeded, int documents) {
    ReverseDictionary c = ReverseDictionary.sample(documents, seeded.random("q16.sample"));
    Matrix rows = Matrix.zeros(documents, whole.documents().cols());
    for (int d = 0; d < documents; d++) {
      int row = DOCUMENTS.get(c.meanings().get(d).id());
      rows.rows(d, d + 1).set(whole.documents().rows(row, row + 1));
    }
    Matrix queries = Matrix.zeros(c.queries().size(), rows.cols());
    for (int q = 0; q < queries.rows(); q++) {
      int row = QUERIES.get(c.queries().get(q).text());
      queries.rows(q, q + 1).set(whole.queries().rows(row, row + 1));
    }
    Bm25 bm25 =
        new Bm25(InvertedIndex.of(Experiment.ANALYZER, c.definitions()), Bm25.Settings.STANDARD);
    return new Experiment(c, bm25, rows, queries, 0);
  }

  @Test
  void theVerdictIsThePinnedOneForTwentySeeds() {
    for (long seed = 0; seed < 20; seed++) {
      try (Workbench seeded = new Workbench(KernelsChoice.best(), 2, seed)) {
        Finding f = Ledger.measure(HybridClaim.of(b -> part(b, Experiment.DOCUMENTS), RRF), seeded);
        System.out.println(
            "SEED " + seed + " " + f.verdict() + " " + f.measured() + " " + f.notes());
        assertEquals(Verdict.HOLDS_IF, f.verdict(), "seed " + seed + ": " + f);
      }
    }
  }

  @Test
  void theVerdictIsTheSameForAllOfWordNet() {
    assertEquals(117_791, whole.collection().meanings().size());
    assertEquals(42_355, whole.collection().queries().size());
    assertEquals(0, whole.collection().leaks());
    Finding f = Ledger.measure(HybridClaim.of(b -> whole, RRF), bench);
    System.out.println("WHOLE " + f.verdict() + " " + f.measured() + " " + f.notes());
    assertEquals(Verdict.HOLDS_IF, f.verdict(), f.toString());
  }
}

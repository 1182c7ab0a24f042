package org.workedanswers.answers.glossary;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.rag.answer.AnswerSettings;

class GlossaryClaimsTest {
  private static Verdict verdict(Claim claim) {
    try (Workbench bench = Workbench.standard()) {
      return Ledger.measure(claim, bench).verdict();
    }
  }

  @Test
  void whatIsMissingIsNotHeld() {
    try (Workbench bench = Workbench.standard()) {
      Glossary.with(
          bench,
          60,
          g -> {
            assertEquals(40, g.held().size());
            assertEquals(20, g.missing().size());
            assertEquals(40, g.store().size());
            Set<String> words = new HashSet<>();
            for (WordNet.Synset e : g.held()) {
              words.addAll(e.words());
            }
            g.missing().forEach(e -> e.words().forEach(w -> assertTrue(!words.contains(w), w)));
            return null;
          });
    }
  }

  @Test
  void theThresholdThatIsUsedIsTheOneThatIsMeasured() {
    try (Workbench bench = Workbench.standard()) {
      List<Asked> all = Asked.all(bench);
      assertEquals(AnswerSettings.MEASURED_LEAST_EVIDENCE, CiteClaim.threshold(all), 0.051);
    }
  }

  @Test
  @Tag("long")
  void toAnswerWhateverTheEvidenceIsSeen() {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(CiteClaim.of(false)));
  }

  @Test
  void answersThatAreNotVerifiedAreSeen() {
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(GroundingClaim.of(false)));
  }

  @Test
  @Tag("long")
  void chunksOfOtherSizesAreSeen() {
    int[][] noOverlap = {{64, 8}, {128, 0}, {128, 0}, {256, 32}, {512, 64}};
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(ChunkClaims.chunks(noOverlap)));
    int[][] allSmall = {{64, 8}, {128, 0}, {128, 16}, {256, 32}, {128, 16}};
    assertNotEquals(Verdict.HOLDS_IF, verdict(ChunkClaims.chunks(allSmall)));
    int[][] largeSearched = {{256, 32}, {128, 0}, {128, 16}, {256, 32}, {512, 64}};
    assertEquals(Verdict.DOES_NOT_HOLD, verdict(ChunkClaims.parents(largeSearched)));
  }
}

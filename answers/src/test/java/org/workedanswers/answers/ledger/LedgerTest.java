package org.workedanswers.answers.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Answer;
import org.workedanswers.answers.Questions;
import org.workedanswers.answers.Workbench;

class LedgerTest {
  private static Claim claim(String id, Claim.Measurement measurement) {
    return new Claim(id, "s", "h", "1", "2", Rule.exactly(Value.of(2)), measurement);
  }

  @Test
  void aClaimIsMeasuredOnceARun() {
    AtomicInteger runs = new AtomicInteger();
    try (Workbench bench = Workbench.standard()) {
      Claim claim = claim("q1.x", b -> Measured.of(1 + runs.incrementAndGet(), "note"));
      Finding finding = bench.find(claim);
      assertSame(finding, bench.find(claim));
      assertEquals(Verdict.HOLDS, finding.verdict());
      assertEquals(List.of("note"), finding.notes());
      assertEquals(1, runs.get());
      assertFalse(finding.asPinned(), "a claim that the list does not pin");
      assertFalse(bench.ledger().asPinned());
    }
  }

  @Test
  void aVerdictOtherThanThePinnedOneIsNoticed() {
    try (Workbench bench = Workbench.standard()) {
      assertTrue(bench.find(claim("q4.shape", b -> Measured.of(2))).asPinned());
      assertTrue(bench.ledger().asPinned());
      assertFalse(bench.find(claim("q4.rows", b -> Measured.of(3))).asPinned());
      assertFalse(bench.ledger().asPinned());
    }
  }

  @Test
  void everyMeasuredClaimIsPinnedAndEveryPinnedOneIsMeasuredAndNoneIsOpenToo() {
    Set<String> measured = new TreeSet<>();
    for (Answer answer : Questions.worked()) {
      for (Claim claim : answer.claims()) {
        // A claim of a question that is not worked yet stands where it is measured.
        assertTrue(
            claim.question() == answer.question() || Questions.answer(claim.question()).isEmpty(),
            claim.id());
        assertTrue(measured.add(claim.id()), claim.id() + " is there twice");
        assertTrue(claim.statement().matches("\\p{Lu}.*\\."), claim.statement());
      }
    }
    assertEquals(new TreeSet<>(Ledger.pinnedVerdicts().keySet()), measured);
    Set<String> both = new HashSet<>(measured);
    both.retainAll(Ledger.notYetMeasured().keySet());
    assertEquals(Set.of(), both);
  }

  @Test
  void idsAreOfOneForm() {
    assertEquals(16, claim("q16.hybrid", b -> Measured.of(1)).question());
    for (String bad : List.of("q17.x", "q0.x", "4.x", "q4", "q4.", "q4.X")) {
      assertThrows(IllegalArgumentException.class, () -> claim(bad, b -> Measured.of(1)));
    }
    assertThrows(IllegalArgumentException.class, () -> Verdict.of("MAYBE"));
    assertEquals(Verdict.HOLDS_ROUNDED, Verdict.of("HOLDS, ROUNDED"));
  }
}

package org.workedanswers.answers.q16;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.answers.Transcript;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Finding;
import org.workedanswers.answers.ledger.Ledger;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.answers.ledger.Verdict;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Fusion;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.ReciprocalRankFusion;

/** The verdict as it is, and as it turns when the fusion or the collection is broken. */
class HybridClaimTest {
  private static final Fusion RRF = new ReciprocalRankFusion(ReciprocalRankFusion.STANDARD_K);

  /** So many that the verdict is that of all, and no more: a text takes milliseconds. */
  private static final int FEWER = 800;

  private static Finding find(Fusion fusion) {
    return find(fusion, FEWER);
  }

  private static Finding find(Fusion fusion, int documents) {
    try (Workbench bench = new Workbench(KernelsChoice.best(), 2, Workbench.DEFAULT_SEED)) {
      return Ledger.measure(HybridClaim.of(b -> Experiment.of(b, documents), fusion), bench);
    }
  }

  /** Here and not with the answer's other tests, so that a run embeds the collection once. */
  @Test
  @Tag("long")
  void transcript() throws IOException {
    Transcript.checkFast("q16", "16", "0\\.\\d{3,4}\\b");
  }

  /** Of all of them, and the page: {@code ./study claims} holds it against the list as well. */
  @Test
  @Tag("long")
  void theVerdictIsThePinnedOne() {
    Finding finding = find(RRF, Experiment.DOCUMENTS);
    assertEquals(Ledger.pinnedVerdicts().get("q16.hybrid"), finding.verdict(), finding.toString());
  }

  @Test
  @Tag("long")
  void allKernelsMeasureTheSame() {
    Finding fast = ofTheFirst(300, KernelsChoice.best());
    Finding plain = ofTheFirst(300, PlainKernels.PLAIN);
    assertEquals(fast.verdict(), plain.verdict());
    for (String name : plain.measured().names()) {
      assertEquals(fast.measured().get(name), plain.measured().get(name), 1e-3);
    }
  }

  /** The claim measured on all documents and the first {@code count} queries. */
  private static Finding ofTheFirst(int count, Kernels kernels) {
    try (Workbench bench = new Workbench(kernels, 2, Workbench.DEFAULT_SEED)) {
      Experiment all = Experiment.of(bench, Experiment.DOCUMENTS);
      Experiment first =
          new Experiment(
              new ReverseDictionary(
                  all.collection().meanings(), all.collection().queries().subList(0, count)),
              all.bm25(),
              all.documents(),
              all.queries().rows(0, count),
              0);
      return Ledger.measure(HybridClaim.of(b -> first, RRF), bench);
    }
  }

  @Test
  void fewerDocumentsHaveTheSameVerdict() {
    Finding finding = find(RRF);
    assertEquals(Ledger.pinnedVerdicts().get("q16.hybrid"), finding.verdict(), finding.toString());
  }

  @Test
  void ranksTheWrongWayRoundAreSeen() {
    Fusion reversed =
        rankings -> {
          List<List<Hit>> turned = new ArrayList<>();
          for (List<Hit> ranking : rankings) {
            List<Hit> copy = new ArrayList<>(ranking);
            Collections.reverse(copy);
            turned.add(copy);
          }
          return RRF.fuse(turned);
        };
    assertEquals(Verdict.DOES_NOT_HOLD, find(reversed).verdict());
  }

  @Test
  void oneLegAloneIsSeen() {
    assertEquals(Verdict.DOES_NOT_HOLD, find(rankings -> rankings.get(0)).verdict());
    assertEquals(Verdict.DOES_NOT_HOLD, find(rankings -> rankings.get(1)).verdict());
    assertEquals(Verdict.DOES_NOT_HOLD, find(r -> RRF.fuse(List.of(r.get(0), r.get(0)))).verdict());
  }

  @Test
  @Tag("long")
  void aRankingAppendedToTheOtherIsSeen() {
    Fusion appended =
        rankings -> {
          List<Hit> all = new ArrayList<>(rankings.get(0));
          for (Hit hit : rankings.get(1)) {
            if (all.stream().noneMatch(h -> h.document() == hit.document())) {
              all.add(hit);
            }
          }
          return all;
        };
    assertEquals(Verdict.DOES_NOT_HOLD, find(appended).verdict());
  }

  @Test
  @Tag("long")
  void aWordThatWasNotMaskedIsSeen() {
    ReverseDictionary.Mask leaky = (example, words) -> Optional.of(example);
    Claim claim =
        HybridClaim.of(
            bench ->
                Experiment.of(bench, ReverseDictionary.sample(400, new SeededRandom(1), leaky)),
            RRF);
    try (Workbench bench = new Workbench(KernelsChoice.best(), 2, 1)) {
      Finding finding = Ledger.measure(claim, bench);
      assertTrue(finding.measured().get(finding.measured().names().get(0)) > 50);
      assertEquals(Verdict.DOES_NOT_HOLD, finding.verdict());
    }
    // Nothing but the leak turns it.
    Value whole = find(RRF).measured();
    List<String> names = whole.names();
    Value one =
        Value.named(
            names.get(0), 1,
            names.get(1), whole.get(names.get(1)),
            names.get(2), whole.get(names.get(2)),
            names.get(3), whole.get(names.get(3)),
            names.get(4), whole.get(names.get(4)));
    assertEquals(Verdict.HOLDS_IF, claim.rule().judge(whole));
    assertEquals(Verdict.DOES_NOT_HOLD, claim.rule().judge(one));
  }

  @Test
  void aFusionThatIsBetterEverywhereHolds() {
    List<String> names = find(RRF).measured().names();
    Value better =
        Value.named(
            names.get(0), 0,
            names.get(1), 0.1,
            names.get(2), 0.1,
            names.get(3), 0.01,
            names.get(4), 0.02);
    assertEquals(Verdict.HOLDS, HybridClaim.standard().rule().judge(better));
  }
}

package org.workedanswers.answers.glossary;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.answer.AnswerSettings;

/**
 * Does it lower errors to answer from documents, and to verify the answer? An error is a meaning
 * that is asserted and wrong; to decline is none.
 *
 * <ul>
 *   <li>closed book: what the model knows by itself; of all definitions the one whose embedding is
 *       nearest to that of the bare word
 *   <li>retrieval: the sentence of the documents that comes closest to the question
 *   <li>verified: the same, if the evidence is enough and the passage cited holds the word
 * </ul>
 *
 * The condition that the text leaves out is that the documents hold the answer: where they do not,
 * retrieval alone has nothing right to assert.
 */
public final class GroundingClaim {
  private static final String HELD_GAIN = "held: closed book - retrieval";
  private static final String HELD_VERIFIED = "held: closed book - verified";
  private static final String MISSING_VERIFIED = "missing: closed book - verified";
  private static final String MISSING_GAIN = "missing: closed book - retrieval";

  private GroundingClaim() {}

  /** The claim on the glossary that the seed draws. */
  public static Claim standard() {
    return of(true);
  }

  /**
   * The claim.
   *
   * @param verifies whether answers are verified; without, the check must fail
   */
  static Claim of(boolean verifies) {
    return new Claim(
        "q12.grounding",
        "Fewer wrong answers are given when they are made from retrieved passages, and fewer yet"
            + " when these are verified.",
        "what "
            + Glossary.ENTRIES
            + " words of WordNet mean, by MiniLM: from its weights alone, from the closest sentence"
            + " of documents that hold two of three of them, and from that sentence if its cosine is"
            + " enough and it holds the word; differences in the share of wrong answers, where the"
            + " documents hold the answer and where they don't",
        "share of questions",
        "retrieval and verification lower errors",
        Rule.conditional(
            Value.named(
                HELD_GAIN, 0.1, HELD_VERIFIED, 0.1, MISSING_VERIFIED, 0.1, MISSING_GAIN, -1),
            Value.named(HELD_GAIN, 1, HELD_VERIFIED, 1, MISSING_VERIFIED, 1, MISSING_GAIN, -0.1),
            Set.of(HELD_GAIN, HELD_VERIFIED, MISSING_VERIFIED),
            Value.named(MISSING_GAIN, 0.02),
            Value.named(MISSING_GAIN, 1)),
        bench -> measure(bench, verifies));
  }

  private static Measured measure(Workbench bench, boolean verifies) {
    List<Asked> asked = Asked.all(bench);
    List<Boolean> known = Glossary.with(bench, Glossary.ENTRIES, g -> closedBook(bench, g));
    int n = (int) asked.stream().filter(Asked::held).count();
    double closedHeld = CiteClaim.share(known.subList(0, n).stream().filter(k -> !k).count(), n);
    int m = asked.size() - n;
    double closedMissing =
        CiteClaim.share(known.subList(n, n + m).stream().filter(k -> !k).count(), m);
    Predicate<Asked> verified =
        a -> !verifies || a.answered(AnswerSettings.MEASURED_LEAST_EVIDENCE) && a.named();
    double held = wrong(asked, true, a -> true);
    double missing = wrong(asked, false, a -> true);
    double heldVerified = wrong(asked, true, verified);
    double missingVerified = wrong(asked, false, verified);
    return Measured.of(
        Value.named(
            HELD_GAIN, closedHeld - held,
            HELD_VERIFIED, closedHeld - heldVerified,
            MISSING_VERIFIED, closedMissing - missingVerified,
            MISSING_GAIN, closedMissing - missing),
        "the condition: the documents hold the answer, or answers are verified",
        rates("held", n, closedHeld, held, heldVerified),
        rates("not held", m, closedMissing, missing, missingVerified),
        String.format(
            Locale.ROOT,
            "verifying leaves %.3f of those held unanswered",
            CiteClaim.share(asked.stream().filter(a -> a.held() && !verified.test(a)).count(), n)));
  }

  private static String rates(String which, int n, double closed, double open, double verified) {
    return String.format(
        Locale.ROOT,
        "%s, %d questions: wrong by closed book %.3f, by retrieval %.3f, verified %.3f",
        which,
        n,
        closed,
        open,
        verified);
  }

  private static double wrong(List<Asked> asked, boolean held, Predicate<Asked> asserted) {
    List<Asked> those = asked.stream().filter(a -> a.held() == held).toList();
    return CiteClaim.share(
        those.stream().filter(a -> asserted.test(a) && !a.right()).count(), those.size());
  }

  /** Whether the definition nearest to the bare word is the word's, the held entries first. */
  private static List<Boolean> closedBook(Workbench bench, Glossary glossary) {
    List<WordNet.Synset> entries = new ArrayList<>(glossary.held());
    entries.addAll(glossary.missing());
    Matrix definitions =
        glossary.embedder().embed(entries.stream().map(WordNet.Synset::definition).toList());
    Matrix words = glossary.embedder().embed(entries.stream().map(Glossary::word).toList());
    List<List<Hit>> nearest =
        new DenseIndex(bench.kernels(), bench.loop(), definitions, DenseIndex.Similarity.COSINE)
            .search(words, 1);
    List<Boolean> known = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String found = entries.get(nearest.get(i).get(0).document()).definition();
      known.add(found.equals(entries.get(i).definition()));
    }
    return known;
  }
}

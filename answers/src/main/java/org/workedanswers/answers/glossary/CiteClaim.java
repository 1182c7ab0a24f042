package org.workedanswers.answers.glossary;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;

/**
 * Does an answer cite what it rests on, and is there none where the documents hold none?
 *
 * <p>The evidence from which on a question is answered is chosen on one half of the questions and
 * measured on the other.
 */
public final class CiteClaim {
  private static final String PRECISION = "citations that are the entry asked for";
  private static final String RECALL = "entries asked for that are cited";
  private static final String ANSWERED = "answered, of those that can be";
  private static final String DECLINED = "declined, of those that can't be";

  private CiteClaim() {}

  /** The claim on the glossary that the seed draws. */
  public static Claim standard() {
    return of(true);
  }

  /**
   * The claim.
   *
   * @param declines whether thin evidence is declined; without, the check must fail
   */
  static Claim of(boolean declines) {
    return new Claim(
        "q16.cite",
        "Answers cite their sources, and none is given where the passages found do not hold one.",
        "\"What is ...?\" for each of "
            + Glossary.ENTRIES
            + " words of WordNet, two of three with their entry among the documents: the sentence"
            + " closest to the question is quoted, if its cosine reaches a threshold that is chosen"
            + " on every second question and measured on the others",
        "share of questions",
        "cite sources, decline when the context is not enough",
        Rule.within(
            Value.named(PRECISION, 0.9, RECALL, 0.8, ANSWERED, 0.8, DECLINED, 0.8),
            Value.named(PRECISION, 1, RECALL, 1, ANSWERED, 1, DECLINED, 1)),
        bench -> measure(bench, declines));
  }

  private static Measured measure(Workbench bench, boolean declines) {
    List<Asked> all = Asked.all(bench);
    List<Asked> chosenOn = half(all, 0);
    List<Asked> measuredOn = half(all, 1);
    double threshold = declines ? threshold(chosenOn) : -1;
    List<Asked> held = measuredOn.stream().filter(Asked::held).toList();
    List<Asked> missing = measuredOn.stream().filter(a -> !a.held()).toList();
    List<Asked> answered = held.stream().filter(a -> a.answered(threshold)).toList();
    return Measured.of(
        Value.named(
            PRECISION, share(answered.stream().filter(Asked::right).count(), answered.size()),
            RECALL, share(answered.stream().filter(Asked::right).count(), held.size()),
            ANSWERED, share(answered.size(), held.size()),
            DECLINED,
                share(
                    missing.stream().filter(a -> !a.answered(threshold)).count(), missing.size())),
        String.format(
            Locale.ROOT,
            "the threshold with the best mean of answered and declined, on %d other questions, is a"
                + " cosine of %.3f",
            chosenOn.size(),
            threshold),
        String.format(
            Locale.ROOT,
            "%d questions with an answer, %d without; whatever the evidence, the entry is among the"
                + " five passages read for %.3f of the former",
            held.size(),
            missing.size(),
            share(held.stream().filter(Asked::among).count(), held.size())));
  }

  /** Every second question. */
  static List<Asked> half(List<Asked> all, int which) {
    return IntStream.range(0, all.size()).filter(i -> i % 2 == which).mapToObj(all::get).toList();
  }

  /** The best threshold for questions. */
  static double threshold(List<Asked> questions) {
    return EvidenceThreshold.best(evidence(questions, true), evidence(questions, false));
  }

  private static double[] evidence(List<Asked> questions, boolean held) {
    return questions.stream().filter(a -> a.held() == held).mapToDouble(Asked::evidence).toArray();
  }

  static double share(long part, long all) {
    return all == 0 ? 0 : (double) part / all;
  }
}

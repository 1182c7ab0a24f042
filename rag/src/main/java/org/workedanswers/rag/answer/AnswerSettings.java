package org.workedanswers.rag.answer;

import org.workedanswers.core.Check;

/**
 * How a question is answered.
 *
 * @param leastEvidence the {@link Answer#evidence} below which the documents are taken not to hold
 *     an answer, -1..1
 * @param quotes sentences of an answer without a language model, at most
 * @param context characters of a passage with its surroundings that are read; 0 for the passage
 *     alone
 */
public record AnswerSettings(double leastEvidence, int quotes, int context) {
  /**
   * A least evidence for all-MiniLM-L6-v2: with it most questions that documents answer were
   * answered, and most that they don't were declined. Chosen on "What is ...?" for words of WordNet
   * (claim q16.cite, which a test holds it against); another model, or questions of another kind,
   * want another.
   */
  public static final double MEASURED_LEAST_EVIDENCE = 0.475;

  /** Checks the ranges. */
  public AnswerSettings {
    Check.that(
        leastEvidence >= -1 && leastEvidence <= 1,
        "the least evidence is %s: a cosine is -1..1",
        leastEvidence);
    Check.positive("quotes", quotes);
    Check.range("the characters of context", context, 0, Integer.MAX_VALUE);
  }
}

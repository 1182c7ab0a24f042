package org.workedanswers.answers.glossary;

import java.util.Arrays;

/** The least evidence that tells best what documents answer from what they don't. */
public final class EvidenceThreshold {
  private static final double LOWEST = 0.2;
  private static final double HIGHEST = 0.8;
  private static final double STEP = 0.025;

  private EvidenceThreshold() {}

  /**
   * The threshold with the best mean of answered and declined, of 0.2, 0.225 ... 0.8; the lowest of
   * equal ones.
   *
   * @param answerable the evidence of questions that the documents answer
   * @param unanswerable of those that they don't
   */
  public static double best(double[] answerable, double[] unanswerable) {
    double best = LOWEST;
    double bestMean = -1;
    for (int i = 0; LOWEST + i * STEP <= HIGHEST; i++) {
      double t = LOWEST + i * STEP;
      double mean = answered(answerable, t) + 1 - answered(unanswerable, t);
      if (mean > bestMean) {
        bestMean = mean;
        best = t;
      }
    }
    return best;
  }

  /** The share of questions whose evidence is enough; 0 where there are none. */
  public static double answered(double[] evidence, double threshold) {
    return Arrays.stream(evidence).map(e -> e >= threshold ? 1 : 0).average().orElse(0);
  }
}

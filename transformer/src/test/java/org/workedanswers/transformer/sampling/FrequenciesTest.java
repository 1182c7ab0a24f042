package org.workedanswers.transformer.sampling;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.SeededRandom;

/**
 * How often each token is drawn, against the exact distribution: Pearson's chi-square. What is
 * almost right, a temperature off by 3 % or one token more or fewer, is seen.
 */
class FrequenciesTest {
  private static final int DRAWS = 200_000;
  private static final int[] TEXT = {1, 4, 4, 9};

  /** One token twice as likely as another here and there, ties, one that is forbidden. */
  private static final float[] LOGITS = {
    1.5f, 2.0f, -0.3f, 0.7f, -1.2f, 2.0f, Float.NEGATIVE_INFINITY, 0.1f, 1.1f, -0.8f, 0.4f, -2.5f
  };

  /**
   * Settings, what the reference does for them, and what it would do for settings that are wrong by
   * little.
   */
  record Case(
      SamplerSettings settings,
      Consumer<SortedReference> right,
      List<Consumer<SortedReference>> wrong) {
    @Override
    public String toString() {
      return settings.steps().toString();
    }
  }

  private static void penalise(SortedReference reference, double theta) {
    reference.penalty(theta, Set.of(1, 4, 9));
  }

  static List<Case> cases() {
    return List.of(
        new Case(
            SamplerSettings.PLAIN,
            r -> {},
            List.of(r -> r.temperature(1.03), r -> r.topK(10), r -> r.penalty(1.05, Set.of(1)))),
        new Case(
            new SamplerSettings(1, 0.7, 0, 1, 0),
            r -> r.temperature(0.7),
            List.of(r -> r.temperature(0.72), r -> r.temperature(1 / 0.7))),
        new Case(
            new SamplerSettings(1, 2.5, 0, 1, 0),
            r -> r.temperature(2.5),
            List.of(r -> r.temperature(2.4), r -> {})),
        new Case(
            new SamplerSettings(1, 1, 4, 1, 0),
            r -> r.topK(4),
            List.of(r -> r.topK(3), r -> r.topK(5))),
        new Case(
            new SamplerSettings(1, 1, 0, 0.8, 0),
            r -> r.topP(0.8),
            List.of(
                r -> {
                  r.topP(0.8); // without the token that crosses
                  r.topK(r.left().size() - 1);
                },
                r -> r.topP(0.9))),
        new Case(
            new SamplerSettings(1, 1, 0, 1, 0.2),
            r -> r.minP(0.2),
            List.of(r -> r.minP(0.24), r -> r.minP(0.14), r -> r.topP(0.2))),
        new Case(
            new SamplerSettings(1.4, 1, 0, 1, 0),
            r -> penalise(r, 1.4),
            List.of(
                r -> penalise(r, 1.5),
                r -> { // as the paper has it, whatever the sign
                  penalise(r, 1 / 1.4);
                },
                r -> { // a token that occurs twice, twice
                  penalise(r, 1.4);
                  r.penalty(1.4, Set.of(4));
                })),
        new Case(
            new SamplerSettings(1.2, 1.3, 8, 0.9, 0.1),
            r -> {
              penalise(r, 1.2);
              r.temperature(1.3);
              r.topK(8);
              r.topP(0.9);
              r.minP(0.1);
            },
            List.of(
                r -> { // temperature last
                  penalise(r, 1.2);
                  r.topK(8);
                  r.topP(0.9);
                  r.minP(0.1);
                  r.temperature(1.3);
                })));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void frequenciesAreTheDistribution(Case each) {
    Sampler sampler = new Sampler(each.settings());
    SeededRandom random = new SeededRandom(81);
    long[] drawn = new long[LOGITS.length];
    for (int i = 0; i < DRAWS; i++) {
      drawn[sampler.next(LOGITS, TEXT, random)]++;
    }
    double likelihood = pValue(drawn, each.right());
    assertTrue(likelihood > 1e-3, each + ": p = " + likelihood + ", " + Arrays.toString(drawn));
    for (int w = 0; w < each.wrong().size(); w++) {
      double unlikely = pValue(drawn, each.wrong().get(w));
      assertTrue(unlikely < 1e-9, each + " against wrong one " + w + ": p = " + unlikely);
    }
  }

  /** How likely such frequencies are; 0 if a token was drawn that can't be. */
  private static double pValue(long[] drawn, Consumer<SortedReference> steps) {
    SortedReference reference = new SortedReference(LOGITS);
    steps.accept(reference);
    double[] expected = reference.distribution(drawn.length);
    double chiSquare = 0;
    int cells = 0;
    for (int i = 0; i < drawn.length; i++) {
      double times = DRAWS * expected[i];
      if (times == 0) {
        if (drawn[i] > 0) {
          return 0;
        }
        continue;
      }
      assertTrue(times > 5, "enough for a chi-square: " + times);
      chiSquare += (drawn[i] - times) * (drawn[i] - times) / times;
      cells++;
    }
    return 1 - new ChiSquaredDistribution(cells - 1).cumulativeProbability(chiSquare);
  }

  /** A flat vocabulary of 20,000, in cells of 200 tokens: neither end is favoured. */
  @Test
  void aLargeFlatVocabulary() {
    Sampler sampler = new Sampler(SamplerSettings.PLAIN);
    SeededRandom random = new SeededRandom(82);
    float[] logits = new float[20_000];
    int draws = 2000;
    long[] cells = new long[100];
    for (int i = 0; i < draws; i++) {
      cells[sampler.next(logits, TEXT, random) / 200]++;
    }
    double chiSquare = 0;
    for (long cell : cells) {
      chiSquare += (cell - 20.0) * (cell - 20.0) / 20;
    }
    assertEquals(99, chiSquare, 4 * Math.sqrt(2 * 99), "mean 99, deviation 14");
  }
}

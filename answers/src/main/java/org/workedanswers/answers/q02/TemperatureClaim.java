package org.workedanswers.answers.q02;

import java.util.Locale;
import java.util.function.DoubleUnaryOperator;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.sampling.SamplerSettings;

/** Whether low temperatures suit factual tasks: a claim of question 12, measured by the sampler. */
final class TemperatureClaim {
  private static final int STEPS = 500;
  private static final int DRAWS = 50;

  private static final String LOW = "0.3 less 0";
  private static final String ONE = "1 less 0.3";
  private static final String HIGH = "1.5 less 1";

  private TemperatureClaim() {}

  static Claim standard() {
    return of(t -> t, STEPS);
  }

  /**
   * The claim.
   *
   * @param temperature what is put in a temperature's place
   * @param steps of the training
   */
  static Claim of(DoubleUnaryOperator temperature, int steps) {
    return new Claim(
        "q12.temperature",
        "Temperatures of 0.0 to 0.3 suit factual tasks: higher ones make more mistakes.",
        "a decoder of random layers whose head learns "
            + FactModel.FACTS
            + " invented facts in this claim, from sources that agree in seven of ten; answers drawn"
            + " by our sampler, "
            + DRAWS
            + " a fact; differences in the share of wrong ones between temperatures",
        "share of answers",
        "0.0-0.3",
        Rule.within(
            Value.named(LOW, -0.05, ONE, 0.1, HIGH, 0.05),
            Value.named(LOW, 0.05, ONE, 0.9, HIGH, 0.9)),
        bench -> measure(bench, temperature, steps));
  }

  private static Measured measure(Workbench bench, DoubleUnaryOperator temperature, int steps) {
    SeededRandom random = bench.random("q12.temperature");
    FactModel model = FactModel.trained(bench.kernels(), random, steps);
    double[] temperatures = {0, 0.3, 0.7, 1, 1.5};
    double[] wrong = new double[temperatures.length];
    StringBuilder all = new StringBuilder();
    for (int t = 0; t < wrong.length; t++) {
      double used = temperature.applyAsDouble(temperatures[t]);
      wrong[t] = model.errors(new SamplerSettings(1, used, 0, 1, 0), DRAWS, random);
      all.append(String.format(Locale.ROOT, ", %s: %.3f", temperatures[t], wrong[t]));
    }
    return Measured.of(
        Value.named(LOW, wrong[1] - wrong[0], ONE, wrong[3] - wrong[1], HIGH, wrong[4] - wrong[3]),
        "wrong by temperature " + all.substring(2),
        "what is wrong at 0 the model holds to be true: there most of the sources share a mistake,"
            + " and no temperature mends it");
  }
}

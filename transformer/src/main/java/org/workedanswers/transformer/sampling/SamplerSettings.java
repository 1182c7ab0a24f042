package org.workedanswers.transformer.sampling;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * The usual steps in the usual order, which is that of Hugging Face's transformers:
 *
 * <pre>
 * repetition penalty, temperature, top-k, top-p, min-p
 * </pre>
 *
 * Since the temperature comes before, a higher one lets more tokens through top-p and min-p;
 * llama.cpp has it last. {@link Sampler#Sampler(List)} takes steps in any order.
 *
 * @param repetitionPenalty θ; 1 for none
 * @param temperature T; 0 for greedy
 * @param topK k; 0 for all
 * @param topP p; 1 for all
 * @param minP p_base; 0 for all
 */
public record SamplerSettings(
    double repetitionPenalty, double temperature, int topK, double topP, double minP) {
  /** The likeliest token, always. */
  public static final SamplerSettings GREEDY = new SamplerSettings(1, 0, 0, 1, 0);

  /** The model's own distribution. */
  public static final SamplerSettings PLAIN = new SamplerSettings(1, 1, 0, 1, 0);

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public SamplerSettings {
    Check.range("topK", topK, 0, Integer.MAX_VALUE);
    steps(repetitionPenalty, temperature, topK, topP, minP);
  }

  /** The steps that do something, in order. */
  public List<SamplingStep> steps() {
    return steps(repetitionPenalty, temperature, topK, topP, minP);
  }

  private static List<SamplingStep> steps(
      double repetitionPenalty, double temperature, int topK, double topP, double minP) {
    List<SamplingStep> steps = new ArrayList<>();
    add(steps, repetitionPenalty != 1, new RepetitionPenalty(repetitionPenalty));
    add(steps, temperature != 1, new Temperature(temperature));
    if (topK > 0) {
      steps.add(new TopK(topK));
    }
    add(steps, topP != 1, new TopP(topP));
    add(steps, minP != 0, new MinP(minP));
    return steps;
  }

  private static void add(List<SamplingStep> steps, boolean needed, SamplingStep step) {
    if (needed) {
      steps.add(step);
    }
  }
}

package org.workedanswers.transformer.sampling;

import java.util.List;

/**
 * How a token was drawn.
 *
 * @param stages the logits as they came, then what each step left, in order
 * @param drawn what was drawn, and its part of what the last step left
 */
public record SamplerTrace(List<Stage> stages, Candidate drawn) {
  /**
   * What a step left.
   *
   * @param step its name; {@code logits} for what came in
   * @param left how many tokens
   * @param kept which part of the probability before this step they had; 1 for what came in. After
   *     a step that changes logits it is told by the probabilities before the change.
   * @param best the likeliest of them, as many as were asked for, the likeliest first
   */
  public record Stage(String step, int left, double kept, List<Candidate> best) {}

  /**
   * One token.
   *
   * @param token its number
   * @param logit its logit, divided by the temperature where that step has been
   * @param probability its part of what is left
   */
  public record Candidate(int token, double logit, double probability) {}
}

package org.workedanswers.transformer.sampling;

import java.util.BitSet;

/**
 * One step of a {@link Sampler}: it changes the candidates' logits or leaves some of them out, and
 * keeps one at least. Its {@code toString} names it in a trace.
 */
public interface SamplingStep {
  /**
   * Changes the candidates.
   *
   * @param seen the tokens of the text so far, prompt included
   */
  void apply(Candidates candidates, BitSet seen);
}

package org.workedanswers.transformer;

import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.core.Check;
import org.workedanswers.core.ModelShape;

/**
 * What a Llama-style decoder is, as its paper's table says it.
 *
 * @param shape layers, widths, heads, experts, vocabulary
 * @param context the longest sequence it was trained for
 * @param epsilon ε of RMSNorm
 * @param ropeBase the base of the rotary positions' frequencies
 * @param pairing which columns of a head are turned together
 * @param scaling how frequencies are changed for longer sequences
 * @param length the longest sequence that they are changed for, where that matters; {@link
 *     #GROWING} if they follow each sequence's own length
 */
public record LlamaConfig(
    ModelShape shape,
    int context,
    double epsilon,
    double ropeBase,
    Rope.Pairing pairing,
    RopeScaling scaling,
    int length) {
  /**
   * A {@link #length()} that is each token's own place in its sequence: see {@link GrowingRope}.
   */
  public static final int GROWING = 0;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of range or the shape is not a decoder's
   */
  public LlamaConfig {
    Check.that(
        shape.kind() == ModelShape.Kind.DECODER,
        "%s is an %s: a Llama-style model is a decoder",
        shape.name(),
        shape.kind());
    Check.positive("context", context);
    Check.positive("epsilon", epsilon);
    Check.positive("ropeBase", ropeBase);
    Check.range("length", length, GROWING, Integer.MAX_VALUE);
  }

  /** The same with its positions scaled for sequences of that length. */
  public LlamaConfig with(RopeScaling other, int longest) {
    return new LlamaConfig(shape, context, epsilon, ropeBase, pairing, other, longest);
  }

  /** θ of every pair of columns of a head, for a sequence of that length. */
  double[] frequencies(int length) {
    return scaling.frequencies(shape.attention().headSize(), ropeBase, length);
  }
}

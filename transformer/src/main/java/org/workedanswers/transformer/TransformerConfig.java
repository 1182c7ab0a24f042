package org.workedanswers.transformer;

import org.workedanswers.core.ModelShape;
import org.workedanswers.moe.Activation;

/**
 * What a transformer is made of, as a paper's table says it: the sizes are in the shape, all else
 * here.
 *
 * <pre>
 *            norm                  place   feed-forward     positions   biases
 * original   LayerNorm             after   ReLU             (sines)     yes
 * BERT       LayerNorm, ε 10⁻¹²    after   GELU             learned     yes
 * T5         RMSNorm,   ε 10⁻⁶     before  ReLU             relative    no
 * Llama      RMSNorm,   ε 10⁻⁵     before  gated, SiLU      rotary      no
 * </pre>
 *
 * @param shape layers, widths, heads, experts, vocabulary, longest input
 * @param rms RMSNorm, or else LayerNorm
 * @param epsilon ε of the norms
 * @param place where norms stand
 * @param activation φ of the feed-forward part
 * @param gated whether the feed-forward part is gated; experts always are
 * @param positions how a token's position is told
 * @param biases whether linear layers have them
 */
public record TransformerConfig(
    ModelShape shape,
    boolean rms,
    double epsilon,
    NormPlace place,
    Activation activation,
    boolean gated,
    Positions positions,
    boolean biases) {
  /** BERT's. Source: Devlin et al. 2019, section 3. */
  public static TransformerConfig bert(ModelShape shape) {
    return new TransformerConfig(
        shape,
        false,
        Bert.EPSILON,
        NormPlace.POST,
        Activation.GELU,
        false,
        Positions.LEARNED,
        true);
  }

  /** Llama's. Source: Touvron et al. 2023, section 2.2. */
  public static TransformerConfig llama(ModelShape shape) {
    return new TransformerConfig(
        shape, true, 1e-5, NormPlace.PRE, Activation.SILU, true, Positions.ROTARY, false);
  }

  /** T5's. Source: Raffel et al. 2020, section 2.1. */
  public static TransformerConfig t5(ModelShape shape) {
    return new TransformerConfig(
        shape, true, 1e-6, NormPlace.PRE, Activation.RELU, false, Positions.RELATIVE, false);
  }

  /** The same with its norms elsewhere. */
  public TransformerConfig with(NormPlace other) {
    return new TransformerConfig(shape, rms, epsilon, other, activation, gated, positions, biases);
  }

  /** The same with other positions. */
  public TransformerConfig with(Positions other) {
    return new TransformerConfig(shape, rms, epsilon, place, activation, gated, other, biases);
  }
}

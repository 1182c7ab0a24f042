package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * An encoder that reads and a decoder that writes, whose every layer attends to what was read.
 *
 * <pre>
 * z = encoder(source)                       [m x d]
 * logits = decoder(tokens so far, z)        [n x vocabulary]
 * </pre>
 *
 * Sources: Vaswani et al. 2017, section 3.1; T5's (Raffel et al. 2020) has biases by distance in
 * the place of positions, one {@link RelativeBias} for all layers of a side.
 *
 * @param encoder reads
 * @param decoder writes
 */
public record EncoderDecoder(Encoder encoder, Decoder decoder) {
  /**
   * Checks that the decoder attends to an encoder of that width.
   *
   * @throws IllegalArgumentException if it does not
   */
  public EncoderDecoder {
    for (Layer layer : decoder.stack().layers()) {
      Check.that(
          layer.cross().isPresent()
              && layer.cross().get().attention().sourceWidth() == encoder.width(),
          "a layer of the decoder attends to %s and the encoder is of width %d",
          layer.cross().map(c -> "width " + c.attention().sourceWidth()).orElse("no encoder"),
          encoder.width());
    }
  }

  /**
   * Reads a source and begins to write beside it, at most {@code capacity} tokens.
   *
   * @throws IllegalArgumentException if a token does not exist or a length does not fit
   */
  public Sequence start(Compute compute, int capacity, int... source) {
    Matrix z = encoder.encode(compute, source);
    return decoder.start(compute, capacity, z);
  }
}

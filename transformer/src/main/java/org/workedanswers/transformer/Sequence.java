package org.workedanswers.transformer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A sequence of tokens that a {@link Decoder} reads or writes, with the keys and values of all of
 * them, or of those that its {@link Retention} keeps. Feeding it token by token, in chunks or at
 * once gives the same bits, with kernels that {@linkplain
 * org.workedanswers.core.Kernels#sumsByInnerSizeAlone sum by the inner size alone}.
 *
 * <p>Not safe for several threads; sequences of one decoder may run side by side.
 */
public final class Sequence {
  /** Tokens that pass the layers together: bounds what lies between. */
  static final int CHUNK = 256;

  private final Decoder decoder;
  private final Compute compute;
  private final Retention retention;
  private final List<LayerCache> caches = new ArrayList<>();
  private final List<Matrix> sources; // K and V of an encoder's output for each layer, or null
  private int length;

  Sequence(Decoder decoder, Compute compute, Retention retention, List<Matrix> sources) {
    this.decoder = decoder;
    this.compute = compute;
    this.retention = retention;
    this.sources = sources;
    for (Layer layer : decoder.stack().layers()) {
      Check.that(
          sources != null || layer.cross().isEmpty(),
          "this decoder's layers attend to an encoder: start it with the encoder's output");
      caches.add(layer.attention().cache(retention));
    }
  }

  /** How many tokens it holds. */
  public int length() {
    return length;
  }

  /** How many it can hold. */
  public int capacity() {
    return retention.capacity();
  }

  /** Bytes of the keys and values, as far as memory was taken for them. */
  public long cacheBytes() {
    return caches.stream().mapToLong(LayerCache::bytes).sum();
  }

  /**
   * Appends tokens and returns the logits after each of them, [n x vocabulary].
   *
   * @throws IllegalArgumentException if a token does not exist or the capacity would be passed;
   *     nothing is appended then
   */
  public Matrix feed(int... tokens) {
    check(tokens);
    Matrix logits = Matrix.zeros(tokens.length, decoder.vocabulary());
    for (int at = 0; at < tokens.length; at += CHUNK) {
      int end = Math.min(at + CHUNK, tokens.length);
      Matrix x = hidden(Arrays.copyOfRange(tokens, at, end));
      decoder.head().apply(compute, x, logits.rows(at, end));
    }
    return logits;
  }

  /**
   * Appends tokens and returns the logits after the last one, [1 x vocabulary].
   *
   * @throws IllegalArgumentException as {@link #feed}, or if there is no token
   */
  public Matrix next(int... tokens) {
    Check.that(tokens.length > 0, "there is no token to go on from");
    check(tokens);
    Matrix x = null;
    for (int at = 0; at < tokens.length; at += CHUNK) {
      int end = Math.min(at + CHUNK, tokens.length);
      x = hidden(Arrays.copyOfRange(tokens, at, end));
    }
    return decoder.head().apply(compute, x.rows(x.rows() - 1, x.rows()));
  }

  private void check(int[] tokens) {
    Check.that(
        tokens.length <= capacity() - length,
        "%d tokens after %d pass the sequence's capacity of %d",
        tokens.length,
        length,
        capacity());
    for (int token : tokens) {
      Check.range("token", token, 0, decoder.vocabulary() - 1);
    }
    Check.that(
        length + (long) tokens.length <= decoder.embeddings().longest(),
        "%d tokens after %d: the model has positions for %d",
        tokens.length,
        length,
        decoder.embeddings().longest());
  }

  private Matrix hidden(int[] tokens) {
    Matrix x = Matrix.zeros(tokens.length, decoder.stack().width());
    decoder.embeddings().write(compute.kernels(), tokens, null, length, x);
    Span[] one = {new Span(0, tokens.length, length, Optional.of(caches))};
    decoder.stack().apply(compute, x, one, sources, null);
    length += tokens.length;
    return x;
  }

  /**
   * Goes back to the first {@code length} tokens.
   *
   * @throws IllegalArgumentException if it is negative or more than there are, or fewer and the
   *     sequence forgets
   */
  public void truncate(int length) {
    Check.range("length", length, 0, this.length);
    caches.forEach(c -> c.truncate(length));
    this.length = length;
  }
}

package org.workedanswers.transformer;

import java.util.Optional;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * What tokens become before the first layer: x = N(word[token] + position[i] + type[t]), of which
 * all but the word may be left out.
 *
 * @param words a vector for each token
 * @param positions learned ones, [longest input x d]; positions may also be in the attention
 * @param types learned ones for the parts of an input, [types x d]; an input is all of type 0 where
 *     none are named
 * @param norm N
 */
public record Embeddings(
    TokenTable words, Optional<Matrix> positions, Optional<Matrix> types, Optional<Norm> norm) {
  /**
   * Checks the widths.
   *
   * @throws IllegalArgumentException if they differ
   */
  public Embeddings {
    int d = words.width();
    positions.ifPresent(p -> Check.shape("positions", p, p.rows(), d));
    types.ifPresent(t -> Check.shape("types", t, t.rows(), d));
    norm.ifPresent(
        n -> Check.that(n.width() == d, "the norm is for width %d, not %d", n.width(), d));
  }

  /** Words alone. */
  public static Embeddings of(TokenTable words) {
    return new Embeddings(words, Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** d, the width of a token. */
  public int width() {
    return words.width();
  }

  /** The longest input that has positions; {@link Integer#MAX_VALUE} where none are learned. */
  public int longest() {
    return positions.map(Matrix::rows).orElse(Integer.MAX_VALUE);
  }

  /** All of it that is learned. */
  public long parameters() {
    return (long) words.size() * width()
        + positions.map(p -> (long) p.rows() * p.cols()).orElse(0L)
        + types.map(t -> (long) t.rows() * t.cols()).orElse(0L)
        + norm.map(Norm::parameters).orElse(0L);
  }

  /**
   * Writes the vectors of tokens that begin at a position to the rows of x.
   *
   * @param type of all of them, or one a token, or null for 0
   * @throws IllegalArgumentException if a token, a type or a position does not exist
   */
  void write(Kernels kernels, int[] tokens, int[] type, int position, Matrix x) {
    Check.that(
        position + (long) tokens.length <= longest(),
        "%d tokens from position %d on: the model has positions for %d",
        tokens.length,
        position,
        longest());
    Check.that(
        type == null || type.length == tokens.length,
        "there are %d tokens and %d types: there must be one for each",
        tokens.length,
        type == null ? 0 : type.length);
    for (int i = 0; i < tokens.length; i++) {
      Check.that(
          tokens[i] >= 0 && tokens[i] < words.size(),
          "token %d is not in a vocabulary of %d",
          tokens[i],
          words.size());
      int at = x.index(i, 0);
      words.row(tokens[i], x.data(), at);
      if (positions.isPresent()) {
        add(positions.get(), position + i, x, at);
      }
      if (types.isPresent()) {
        int t = type == null ? 0 : type[i];
        Check.range("type", t, 0, types.get().rows() - 1);
        add(types.get(), t, x, at);
      }
    }
    if (norm.isPresent()) {
      norm.get().apply(kernels, x, x);
    }
  }

  private static void add(Matrix table, int row, Matrix x, int at) {
    int from = table.index(row, 0);
    for (int j = 0; j < table.cols(); j++) {
      x.data()[at + j] += table.data()[from + j];
    }
  }
}

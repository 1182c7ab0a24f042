package org.workedanswers.tokenizers;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/**
 * A text as a model's tokens, and back. A token is a number, 0 to {@link #size()} - 1; its piece is
 * how it stands in the vocabulary.
 *
 * <p>Half of a surrogate pair, which is no character, is read as U+FFFD.
 *
 * <p>All implementations here can be used by several threads at once.
 */
public interface Tokenizer {
  /** Stands for the token before the first. */
  int NONE = -1;

  /**
   * A text's tokens. Those that a model wants around a text, as [CLS] or &lt;s&gt;, are not added.
   *
   * @throws IllegalArgumentException if the text is null
   */
  int[] encode(String text);

  /**
   * The text of tokens.
   *
   * @throws IllegalArgumentException if one is not in the vocabulary
   */
  String decode(int... tokens);

  /**
   * A token's piece.
   *
   * @throws IllegalArgumentException if it is not in the vocabulary
   */
  String piece(int token);

  /** The token of a piece; empty if there is none. */
  OptionalInt id(String piece);

  /** How many tokens there are: the highest and one. */
  int size();

  /**
   * What a token adds to the text in which another came before it, in UTF-8: a part of a character
   * may be all that it holds. {@link TokenStream} puts them together.
   *
   * <p>Unless it is overridden, what {@link #decode} gives for the token alone.
   *
   * @param previous the token before; {@link #NONE} at the start
   * @throws IllegalArgumentException if the token is not in the vocabulary
   */
  default byte[] bytes(int token, int previous) {
    return decode(token).getBytes(StandardCharsets.UTF_8);
  }
}

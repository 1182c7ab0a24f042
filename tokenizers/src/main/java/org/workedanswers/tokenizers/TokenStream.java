package org.workedanswers.tokenizers;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Text as tokens come, one at a time: a character that is spread over several tokens is given with
 * the last of them. All that it gave, put together, is what {@link Tokenizer#decode} gives for all
 * tokens at once.
 *
 * <pre>{@code
 * TokenStream stream = new TokenStream(tokenizer);
 * for (int token : tokens) {
 *   System.out.print(stream.next(token));
 * }
 * System.out.print(stream.finish());
 * }</pre>
 *
 * A tokenizer that takes a space off a text's beginning does so here at the first token. To go on
 * behind a prompt, let the prompt's tokens pass first.
 *
 * <p>It is not for several threads at once.
 */
public final class TokenStream {
  private final Tokenizer tokenizer;
  private final Utf8Decoder utf8 = new Utf8Decoder();
  private int previous = Tokenizer.NONE;

  /** Makes one at the start of a text. */
  public TokenStream(Tokenizer tokenizer) {
    Require.that(tokenizer != null, "there is no tokenizer");
    this.tokenizer = tokenizer;
  }

  /**
   * The characters that this token finishes; often none.
   *
   * @throws IllegalArgumentException if it is not in the vocabulary; nothing changes then
   */
  public String next(int token) {
    byte[] bytes = tokenizer.bytes(token, previous);
    previous = token;
    return utf8.next(bytes);
  }

  /** What was held back, as U+FFFD, and back to the start. */
  public String finish() {
    previous = Tokenizer.NONE;
    return utf8.finish();
  }

  /** All tokens at once. */
  static String text(Tokenizer tokenizer, int... tokens) {
    Require.that(tokens != null, "there are no tokens: null");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(4 * tokens.length);
    int previous = Tokenizer.NONE;
    for (int token : tokens) {
      bytes.writeBytes(tokenizer.bytes(token, previous));
      previous = token;
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}

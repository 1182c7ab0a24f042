package org.workedanswers.transformer;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.workedanswers.core.Check;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.transformer.sampling.Sampler;

/** Lets a decoder write: the next token is drawn, appended, and so on. */
public final class Generation {
  private Generation() {}

  /**
   * Writes at most {@code most} tokens behind a prompt, as far as the sequence's capacity reaches.
   *
   * @param sequence what the prompt is appended to
   * @param prompt at least one token: that of the beginning, say
   * @param sampler how a token is drawn
   * @param random what it is drawn by
   * @param written is told each token, and says whether to go on
   * @return the tokens that were written
   * @throws IllegalArgumentException if there is no prompt, or it does not exist or fit
   */
  public static int[] write(
      Sequence sequence,
      int[] prompt,
      int most,
      Sampler sampler,
      SeededRandom random,
      IntPredicate written) {
    Check.that(prompt.length > 0, "there is no token to go on from");
    int free = sequence.capacity() - sequence.length();
    Check.that(
        prompt.length <= free,
        "the prompt has %d tokens and the sequence has room for %d",
        prompt.length,
        free);
    int room = Math.min(most, free - prompt.length + 1); // the last one is not fed
    int[] text = Arrays.copyOf(prompt, prompt.length + Math.max(0, room));
    int length = prompt.length;
    int[] next = prompt;
    while (length < text.length) {
      float[] logits = sequence.next(next).data();
      int token = sampler.next(logits, text, length, random);
      text[length++] = token;
      if (!written.test(token)) {
        break;
      }
      next = new int[] {token};
    }
    return Arrays.copyOfRange(text, prompt.length, length);
  }
}

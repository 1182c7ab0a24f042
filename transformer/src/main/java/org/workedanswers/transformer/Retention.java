package org.workedanswers.transformer;

import org.workedanswers.core.Check;

/**
 * What a {@link Sequence} keeps of its text.
 *
 * <pre>
 *               the query of token t sees                       turned by
 * all           0 ... t                                         places in the text
 * window        t-w+1 ... t                                     places in the text
 * streaming     0 ... s-1 and t-w+1 ... t                       places in the cache, 0 ... s+w-1
 * </pre>
 *
 * The token itself is one of the w. A window is that of Mistral (Jiang et al., <i>Mistral 7B</i>,
 * 2023, section 2; there i - W to i, W + 1 keys); streaming with sinks is Xiao et al., <i>Efficient
 * Streaming Language Models with Attention Sinks</i>, 2023, section 3.2. Both take the same memory
 * for a text of any length. What a layer has forgotten is still felt through the layers below, w -
 * 1 tokens further a layer. While nothing is forgotten all three are the same bits.
 *
 * @param kind what is kept
 * @param capacity how many tokens a sequence may have
 * @param sinks s, how many of the first tokens are kept for good
 * @param window w, how many of the newest are kept
 */
public record Retention(Kind kind, int capacity, int sinks, int window) {
  /** What is kept. */
  public enum Kind {
    /** All tokens. */
    ALL,
    /** The newest. */
    WINDOW,
    /** The newest and the first. */
    STREAMING
  }

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if the capacity or the window is below 1, sinks are negative,
   *     or there are sinks where the kind has none
   */
  public Retention {
    Check.positive("capacity", capacity);
    Check.positive("window", window);
    Check.range("sinks", sinks, 0, kind == Kind.STREAMING ? Integer.MAX_VALUE - window : 0);
  }

  /** All of at most {@code capacity} tokens. */
  public static Retention all(int capacity) {
    return new Retention(Kind.ALL, capacity, 0, capacity);
  }

  /** The newest w tokens of a text of any length. */
  public static Retention window(int w) {
    return new Retention(Kind.WINDOW, Integer.MAX_VALUE, 0, w);
  }

  /** The first s and the newest w tokens of a text of any length. */
  public static Retention streaming(int s, int w) {
    return new Retention(Kind.STREAMING, Integer.MAX_VALUE, s, w);
  }

  /** How many tokens' keys and values are held at most. */
  public int held() {
    return sinks + window;
  }
}

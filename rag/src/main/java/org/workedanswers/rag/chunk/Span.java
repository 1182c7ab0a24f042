package org.workedanswers.rag.chunk;

import org.workedanswers.core.Check;

/**
 * Where a piece of a text stands.
 *
 * @param from its first character, counted in {@code char}s from 0
 * @param to the character behind its last
 */
public record Span(int from, int to) {
  /**
   * Checks the ends.
   *
   * @throws IllegalArgumentException if {@code from < 0} or {@code to < from}
   */
  public Span {
    Check.that(0 <= from && from <= to, "a span can't go from %d to %d", from, to);
  }

  /** How many characters it has. */
  public int length() {
    return to - from;
  }

  /** The piece of this text. */
  public String of(String text) {
    return text.substring(from, to);
  }

  /** Its beginning, of at most so many characters, 2 or more, that does not cut one in half. */
  public Span atMost(int most, String text) {
    if (length() <= most) {
      return this;
    }
    int end = from + most;
    return new Span(from, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }

  /** White space of any script, no-break spaces and control characters that move the line too. */
  static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == '\u0085';
  }

  /** The span without white space at its ends; empty where there is nothing else. */
  Span trimmed(String text) {
    int f = from;
    int t = to;
    while (f < t && isSpace(text.charAt(f))) {
      f++;
    }
    while (t > f && isSpace(text.charAt(t - 1))) {
      t--;
    }
    return new Span(f, t);
  }
}

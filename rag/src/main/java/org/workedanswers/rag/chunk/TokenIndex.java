package org.workedanswers.rag.chunk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;

/** The tokens of one text, counted once: how many begin in a piece of it. */
final class TokenIndex {
  private final String text;
  private final int[] from;
  private final int[] to;

  TokenIndex(Tokens tokens, String text) {
    List<Span> spans = tokens.spans(text);
    this.text = text;
    this.from = new int[spans.size()];
    this.to = new int[spans.size()];
    for (int i = 0; i < from.length; i++) {
      from[i] = spans.get(i).from();
      to[i] = Math.max(spans.get(i).to(), i == 0 ? 0 : to[i - 1]);
      Check.that(
          (i == 0 || from[i] >= from[i - 1]) && to[i] <= text.length(),
          "token %d goes from %d to %d: it must not begin before the one ahead nor pass %d",
          i,
          from[i],
          spans.get(i).to(),
          text.length());
    }
  }

  /** How many tokens the text has. */
  int size() {
    return from.length;
  }

  /** The first token that begins at a character or behind it. */
  int at(int character) {
    int i = Arrays.binarySearch(from, character);
    if (i < 0) {
      return -i - 1;
    }
    while (i > 0 && from[i - 1] == character) {
      i--;
    }
    return i;
  }

  /** How many tokens begin in the span. */
  int count(Span span) {
    return at(span.to()) - at(span.from());
  }

  /** From token {@code first} to the one ahead of {@code end}. */
  Span span(int first, int end) {
    return new Span(from[first], to[end - 1]).trimmed(text);
  }

  /**
   * Windows of {@code size} tokens over the tokens {@code first} to {@code end}, each beginning
   * {@code size - overlap} behind the one ahead; the last is the first that reaches the end.
   */
  List<Span> windows(int first, int end, int size, int overlap) {
    List<Span> windows = new ArrayList<>();
    for (int i = first; i < end; i += size - overlap) {
      windows.add(span(i, Math.min(end, i + size)));
      if (end - i <= size) {
        break;
      }
    }
    return windows;
  }
}

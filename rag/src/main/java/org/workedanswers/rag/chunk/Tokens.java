package org.workedanswers.rag.chunk;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens of a text, as an embedding model's tokenizer cuts it. */
@FunctionalInterface
public interface Tokens {
  /**
   * Words and signs: runs of letters and digits, and every other character that is not white space.
   * A model's own tokenizer cuts rarer words into several tokens: expect a third more.
   */
  Tokens WORDS = Words::spans;

  /**
   * Where the tokens stand, none of them white space alone, in their order, none beginning before
   * the one ahead of it; without the marks that a model sets around a text.
   */
  List<Span> spans(String text);

  /** {@link #WORDS}. */
  final class Words {
    private static final Pattern TOKEN =
        Pattern.compile("[\\p{L}\\p{M}\\p{N}]+|[^\\p{L}\\p{M}\\p{N}]");

    private Words() {}

    private static List<Span> spans(String text) {
      List<Span> spans = new ArrayList<>();
      Matcher m = TOKEN.matcher(text);
      while (m.find()) {
        if (!Span.isSpace(text.charAt(m.start()))) {
          spans.add(new Span(m.start(), m.end()));
        }
      }
      return spans;
    }
  }
}

package org.workedanswers.rag.chunk;

import java.text.BreakIterator;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sentences of a text: as {@link BreakIterator} finds them (Unicode's rules for any script),
 * but for two kinds of cuts that it makes too often in English prose: behind an abbreviation or
 * initials ("U.S." too, which may end a sentence and is taken not to), and ahead of a small letter.
 * An empty line ends a sentence, and so do a heading and an item of a list in Markdown, which have
 * no full stop.
 */
public final class Sentences {
  /** Where the text's layout ends a sentence: an empty line, or a line that begins something. */
  private static final Pattern SEAM =
      Pattern.compile(
          "\\R(?:[ \\t]*\\R)+" // an empty line
              + "|(?<=\\n)(?=[ \\t]{0,3}(?:#{1,6} |[-*+] |\\d{1,3}[.)] |>|\\|))" // heading, item
              + "|(?m)(?<=^#{1,6} [^\\n]{0,300})\\n"); // the end of a heading

  private static final Set<String> ABBREVIATIONS =
      Set.of(
          "approx", "cf", "dr", "e.g", "eq", "fig", "figs", "i.e", "mr", "mrs", "ms", "nos", "pp",
          "prof", "st", "vol", "vs");

  /** A sentence may end with them too: it does where a capital letter follows. */
  private static final Set<String> LAST_ABBREVIATIONS =
      Set.of("al", "etc", "jr", "no", "sec", "sr");

  private static final Pattern INITIALS = Pattern.compile("\\p{Lu}(?:\\.\\p{Lu})*");

  private static final Pattern LAST_WORD = Pattern.compile("([\\p{L}.]*\\p{L})\\.\\s*$");

  private Sentences() {}

  /** Where the sentences stand, in their order, without the white space between them. */
  public static List<Span> of(String text) {
    List<Span> sentences = new ArrayList<>();
    int from = 0;
    Matcher seam = SEAM.matcher(text);
    while (seam.find()) {
      add(text, from, seam.start(), sentences);
      from = seam.end();
    }
    add(text, from, text.length(), sentences);
    return sentences;
  }

  private static void add(String text, int from, int to, List<Span> sentences) {
    BreakIterator breaks = BreakIterator.getSentenceInstance(Locale.ROOT);
    String part = text.substring(from, to);
    breaks.setText(part);
    int start = 0;
    for (int end = breaks.next(); end != BreakIterator.DONE; end = breaks.next()) {
      if (end < part.length() && !ends(part, start, end)) {
        continue;
      }
      Span sentence = new Span(from + start, from + end).trimmed(text);
      if (sentence.length() > 0) {
        sentences.add(sentence);
      }
      start = end;
    }
  }

  /** Whether what ends there is a sentence; the text goes on behind it. */
  private static boolean ends(String text, int start, int end) {
    if (Character.isLowerCase(text.codePointAt(end))) {
      return false;
    }
    int near = Math.max(start, end - 40); // the longest word that is looked at
    Matcher last = LAST_WORD.matcher(text).region(near, end);
    if (!last.find()) {
      return true;
    }
    String word = last.group(1);
    String small = word.toLowerCase(Locale.ROOT);
    boolean inside =
        LAST_ABBREVIATIONS.contains(small) && !Character.isUpperCase(text.codePointAt(end));
    return !inside && !INITIALS.matcher(word).matches() && !ABBREVIATIONS.contains(small);
  }
}

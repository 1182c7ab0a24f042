package org.workedanswers.tokenizers;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;

/**
 * What BERT does to a text before it looks for pieces: cleaning, and cutting into words. As in the
 * {@code tokenization.py} that came with the paper, and in Hugging Face's tokenizers.
 */
final class BertText {
  private BertText() {}

  /** The text cleaned, spaces around ideographs, without accents, in lower case: as set. */
  static String normalize(String text, WordPiece.Settings settings) {
    return normalize(text, settings, null);
  }

  /**
   * The same, with where it comes from.
   *
   * @param origins gets for each char of the result where in {@code text} the character begins that
   *     became it; null if nobody asks
   */
  static String normalize(String text, WordPiece.Settings settings, IntList origins) {
    StringBuilder clean = new StringBuilder(text.length() + 16);
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      clean(c, settings, clean);
      fill(origins, clean.length(), i);
    }
    String result = clean.toString();
    if (settings.stripAccents()) {
      result = stripAccents(result, origins);
    }
    return settings.lowerCase() ? lowerCase(result, origins) : result;
  }

  /** Adds one origin until there are {@code length} of them. */
  private static void fill(IntList origins, int length, int origin) {
    while (origins != null && origins.size() < length) {
      origins.add(origin);
    }
  }

  private static String stripAccents(String text, IntList origins) {
    String decomposed = Text.normalize(text, Normalizer.Form.NFD);
    int[] before = origins == null ? null : Decomposition.origins(text, decomposed, origins);
    if (origins != null) {
      origins.clear();
    }
    StringBuilder bare = new StringBuilder(decomposed.length());
    for (int i = 0, c; i < decomposed.length(); i += Character.charCount(c)) {
      c = decomposed.codePointAt(i);
      if (!Unicode8.isMark(c)) {
        bare.appendCodePoint(c);
        fill(origins, bare.length(), before == null ? 0 : before[i]);
      }
    }
    return bare.toString();
  }

  private static void clean(int c, WordPiece.Settings settings, StringBuilder into) {
    if (settings.cleanText()) {
      if (c == '\t' || c == '\n' || c == '\r') {
        into.append(' ');
        return;
      }
      if (c == 0 || c == 0xFFFD || Unicode8.isOther(c)) {
        return;
      }
      if (Text.isSpace(c)) {
        into.append(' ');
        return;
      }
    }
    if (settings.spaceIdeographs() && isIdeograph(c)) {
      into.append(' ').appendCodePoint(c).append(' ');
    } else {
      into.appendCodePoint(c);
    }
  }

  /** Character by character: a sigma at a word's end is as any other. */
  private static String lowerCase(String text, IntList origins) {
    int[] before = origins == null ? null : origins.toArray();
    if (origins != null) {
      origins.clear();
    }
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0, c; i < text.length(); i += Character.charCount(c)) {
      c = text.codePointAt(i);
      lower.appendCodePoint(Character.toLowerCase(c));
      if (c == 0x130) { // İ alone has two: i and a dot above
        lower.append('\u0307');
      }
      fill(origins, lower.length(), before == null ? 0 : before[i]);
    }
    return lower.toString();
  }

  /**
   * The CJK blocks of the original; of Extension E only from U+2B920 on, as Hugging Face has it.
   */
  private static boolean isIdeograph(int c) {
    return c >= 0x4E00 && c <= 0x9FFF
        || c >= 0x3400 && c <= 0x4DBF
        || c >= 0x20000 && c <= 0x2A6DF
        || c >= 0x2A700 && c <= 0x2B81F
        || c >= 0x2B920 && c <= 0x2CEAF
        || c >= 0xF900 && c <= 0xFAFF
        || c >= 0x2F800 && c <= 0x2FA1F;
  }

  /**
   * Where the words of a part of a text stand: cut at white space, which is dropped, and around
   * punctuation.
   */
  static List<WordPiece.Span> words(String text, int first, int end) {
    List<WordPiece.Span> words = new ArrayList<>();
    int from = first;
    for (int i = first; i < end; ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean punctuation = Unicode8.isPunctuation(c);
      if (punctuation || Text.isSpace(c)) {
        if (from < i) {
          words.add(new WordPiece.Span(from, i));
        }
        if (punctuation) {
          words.add(new WordPiece.Span(i, next));
        }
        from = next;
      }
      i = next;
    }
    if (from < end) {
      words.add(new WordPiece.Span(from, end));
    }
    return words;
  }
}

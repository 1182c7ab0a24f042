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
    StringBuilder clean = new StringBuilder(text.length() + 16);
    text.codePoints().forEach(c -> clean(c, settings, clean));
    String result = clean.toString();
    if (settings.stripAccents()) {
      StringBuilder bare = new StringBuilder(result.length());
      Text.normalize(result, Normalizer.Form.NFD)
          .codePoints()
          .filter(c -> !Unicode8.isMark(c))
          .forEach(bare::appendCodePoint);
      result = bare.toString();
    }
    return settings.lowerCase() ? lowerCase(result) : result;
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
  private static String lowerCase(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              lower.appendCodePoint(Character.toLowerCase(c));
              if (c == 0x130) { // İ alone has two: i and a dot above
                lower.append('\u0307');
              }
            });
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

  /** The words of a text: cut at white space, which is dropped, and around punctuation. */
  static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      int next = i + Character.charCount(c);
      boolean punctuation = Unicode8.isPunctuation(c);
      if (punctuation || Text.isSpace(c)) {
        if (from < i) {
          words.add(text.substring(from, i));
        }
        if (punctuation) {
          words.add(text.substring(i, next));
        }
        from = next;
      }
      i = next;
    }
    if (from < text.length()) {
      words.add(text.substring(from));
    }
    return words;
  }
}

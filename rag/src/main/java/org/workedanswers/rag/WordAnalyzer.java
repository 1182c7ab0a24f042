package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Words in lower case: a word is a run of Unicode letters, digits and combining marks. An
 * apostrophe within a word belongs to it, and the possessive's {@code 's} is cut off. Stop words,
 * if there are any, are left out.
 */
public final class WordAnalyzer implements Analyzer {
  /** The 33 English words that Lucene's and Anserini's English analysis leaves out. */
  public static final Set<String> ENGLISH_STOP_WORDS =
      Set.of(
          ("a an and are as at be but by for if in into is it no not of on or such that the their"
                  + " then there these they this to was will with")
              .split(" "));

  private final Set<String> stopWords;
  private final boolean signs;

  /** Keeps every word. */
  public WordAnalyzer() {
    this(Set.of());
  }

  /** Leaves out the given words, which are in lower case. */
  public WordAnalyzer(Set<String> stopWords) {
    this(stopWords, false);
  }

  /**
   * The same, and if {@code signs} is set, signs within words too belong to them as Unicode's word
   * boundaries have it: a point between two letters or two digits, a comma or semicolon between
   * digits, a colon between letters, the low line anywhere but alone.
   */
  WordAnalyzer(Set<String> stopWords, boolean signs) {
    this.stopWords = new HashSet<>(stopWords);
    this.signs = signs;
  }

  @Override
  public List<String> terms(String text) {
    List<String> terms = new ArrayList<>();
    int end;
    for (int start = 0; start < text.length(); start = end) {
      end = wordEnd(text, start);
      if (end == start) {
        end = start + Character.charCount(text.codePointAt(start)); // between words
      } else {
        String term = withoutPossessive(text.substring(start, end).toLowerCase(Locale.ROOT));
        if (!stopWords.contains(term)) {
          terms.add(term);
        }
      }
    }
    return terms;
  }

  /** Where the word that begins at {@code start} ends; {@code start} if none begins there. */
  private int wordEnd(String text, int start) {
    int end = start;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      int next = end + Character.charCount(c);
      boolean inside = end > start && next < text.length() && isWord(text.codePointAt(next));
      boolean joins =
          isApostrophe(c) || signs && joins(text.codePointBefore(Math.max(1, end)), c, text, next);
      if (!isWord(c) && !(inside && joins)) {
        break;
      }
      end = next;
    }
    return end;
  }

  /** Whether a sign joins what is before it and what stands at {@code next}. */
  private static boolean joins(int before, int sign, String text, int next) {
    if (next >= text.length()) {
      return false;
    }
    int after = text.codePointAt(next);
    boolean letters = Character.isLetter(before) && Character.isLetter(after);
    boolean digits = Character.isDigit(before) && Character.isDigit(after);
    return switch (sign) {
      case '.' -> letters || digits;
      case ',', ';' -> digits;
      case ':' -> letters;
      case '_' -> true;
      default -> false;
    };
  }

  private static boolean isWord(int c) {
    if (Character.isLetterOrDigit(c)) {
      return true;
    }
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static boolean isApostrophe(int c) {
    return c == '\'' || c == '\u2019';
  }

  private static String withoutPossessive(String word) {
    int cut = word.length() - 2;
    return cut > 0 && isApostrophe(word.charAt(cut)) && word.charAt(cut + 1) == 's'
        ? word.substring(0, cut)
        : word;
  }
}

package org.workedanswers.tokenizers;

import java.text.Normalizer;

/** What all schemes do to a text first. */
final class Text {
  /** How many marks in a row are put in order at once: the JDK takes quadratic time for them. */
  private static final int MARKS = 1000;

  private Text() {}

  /**
   * The text with U+FFFD for each half of a surrogate pair.
   *
   * @throws IllegalArgumentException if it is null
   */
  static String wellFormed(String text) {
    Require.that(text != null, "there is no text: null");
    StringBuilder changed = null;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
        continue;
      }
      if (changed == null) {
        changed = new StringBuilder(text);
      }
      changed.setCharAt(i, '\uFFFD');
    }
    return changed == null ? text : changed.toString();
  }

  /** White space as Unicode has it. */
  static boolean isSpace(int c) {
    return c >= '\t' && c <= '\r' || c == 0x85 || Character.isSpaceChar(c);
  }

  /**
   * A normal form of Unicode. Of more than {@value #MARKS} marks in a row each {@value #MARKS} are
   * put in order by themselves.
   */
  static String normalize(String text, Normalizer.Form form) {
    if (Normalizer.isNormalized(text, form)) {
      return text;
    }
    StringBuilder result = new StringBuilder(text.length());
    int from = 0;
    int marks = 0;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      marks = isMark(c) ? marks + 1 : 0;
      i += Character.charCount(c);
      if (marks == MARKS) {
        result.append(Normalizer.normalize(text.substring(from, i), form));
        from = i;
        marks = 0;
      }
    }
    return result.append(Normalizer.normalize(text.substring(from), form)).toString();
  }

  /** A mark of any kind, as this JDK's Unicode has it. */
  static boolean isMark(int c) {
    int type = Character.getType(c);
    return type == Character.NON_SPACING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || type == Character.ENCLOSING_MARK;
  }
}

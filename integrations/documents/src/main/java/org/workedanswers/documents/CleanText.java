package org.workedanswers.documents;

/** Text as every store can write it. */
final class CleanText {
  private static final char REPLACEMENT = '\uFFFD';
  private static final int TITLE = 300;
  private static final int REASON = 200;

  private CleanText() {}

  /** Line ends become \n; U+0000 and halves of surrogate pairs become U+FFFD. */
  static String of(String text) {
    int first = firstToChange(text);
    if (first == text.length()) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length()).append(text, 0, first);
    for (int i = first; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r') {
        if (i + 1 == text.length() || text.charAt(i + 1) != '\n') {
          clean.append('\n');
        }
      } else if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        clean.append(c).append(text.charAt(++i));
      } else {
        clean.append(c == 0 || Character.isSurrogate(c) ? REPLACEMENT : c);
      }
    }
    return clean.toString();
  }

  private static int firstToChange(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\r' || c == 0 || Character.isSurrogate(c)) {
        return i;
      }
    }
    return text.length();
  }

  /** One line without control characters, not too long for a title. */
  static String title(String title) {
    return line(title, TITLE);
  }

  /** A library's message as part of a reason. */
  static String reason(String message) {
    return line(message == null ? "" : message, REASON);
  }

  private static String line(String text, int max) {
    StringBuilder line = new StringBuilder();
    boolean space = false;
    String clean = of(text);
    for (int i = 0; i < clean.length(); ) {
      int c = clean.codePointAt(i);
      i += Character.charCount(c);
      if (Character.isWhitespace(c) || Character.isSpaceChar(c) || Character.isISOControl(c)) {
        space = line.length() > 0;
        continue;
      }
      if (line.length() + 3 > max) {
        return line.append('\u2026').toString();
      }
      if (space) {
        line.append(' ');
        space = false;
      }
      line.appendCodePoint(c);
    }
    return line.toString();
  }
}

package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.List;

/** Words on lines. */
public final class Text {
  private Text() {}

  /** Breaks a paragraph at spaces so that no line passes {@code width}, longer words excepted. */
  public static List<String> wrap(String paragraph, int width) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : paragraph.strip().split("\\s+")) {
      if (line.length() > 0 && line.length() + 1 + word.length() > width) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() == 0 ? "" : " ").append(word);
    }
    lines.add(line.toString());
    return lines;
  }

  /** Fills up with spaces at the right. */
  public static String padRight(String s, int width) {
    return s + " ".repeat(Math.max(0, width - columns(s)));
  }

  /** Fills up with spaces at the left. */
  public static String padLeft(String s, int width) {
    return " ".repeat(Math.max(0, width - columns(s))) + s;
  }

  /** How many columns a terminal gives to {@code s}: code points, combining marks not counted. */
  public static int columns(String s) {
    return (int)
        s.codePoints()
            .filter(
                c ->
                    Character.getType(c) != Character.NON_SPACING_MARK
                        && Character.getType(c) != Character.FORMAT)
            .count();
  }

  /**
   * What others wrote, without what would move a terminal's cursor or change its colours or turn
   * what is written round.
   */
  public static String printable(String s) {
    return s.replaceAll("[\\p{Cc}\\u2028\\u2029\\u202A-\\u202E\\u2066-\\u2069]+", " ");
  }

  /** The beginning of a text as one printable line of at most so many characters. */
  public static String shortened(String s, int width) {
    String line = printable(s).replaceAll("\\s+", " ").strip();
    if (line.length() <= width) {
      return line;
    }
    int cut = Character.isHighSurrogate(line.charAt(width - 2)) ? width - 2 : width - 1;
    return line.substring(0, cut).strip() + "…";
  }
}

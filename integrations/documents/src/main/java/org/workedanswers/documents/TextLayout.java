package org.workedanswers.documents;

/**
 * Text in lines, as a browser without styles would set it: paragraphs with empty lines between
 * them, list items behind marks, white space made one space but where it is to be kept.
 */
final class TextLayout {
  /** Indentation goes no further, so that deep lists can't make a text many times as long. */
  private static final int DEEPEST = 10;

  /** Empty cells in a row that show. */
  private static final int MOST_CELLS = 10;

  private final StringBuilder out = new StringBuilder();
  private final StringBuilder line = new StringBuilder();
  private int depth;
  private int breaks;
  private boolean space;
  private String mark = "";

  /** Cells that began since the last text in their row. */
  private int cells;

  /** What follows stands behind an empty line. */
  void block() {
    end(2);
  }

  /** What follows stands on a line of its own. */
  void line() {
    end(1);
  }

  private void end(int lines) {
    flush();
    breaks = Math.max(breaks, lines);
    space = false;
  }

  /** What follows is a list item's, until {@link #endItem}. */
  void item(String bullet) {
    line();
    depth++;
    mark = bullet + " ";
  }

  /** The line is a heading, as Markdown marks one: it ends a sentence and is none. */
  void heading(int level) {
    mark = mark + "#".repeat(level) + " ";
  }

  /** The item is over; one that said nothing leaves no mark. */
  void endItem() {
    line();
    depth--;
    mark = "";
  }

  /** What follows is another cell of a table's row, on the same line unless it has lines itself. */
  void cell() {
    cells++;
    space = false;
  }

  /** What stands between what the line holds and more of it. */
  private void join() {
    if (line.length() > 0 && cells > 0) {
      line.append(" |".repeat(Math.min(cells, MOST_CELLS))).append(' ');
    } else if (space) {
      line.append(' ');
    }
    cells = 0;
    space = false;
  }

  /** A piece of running text: any white space in it is one space, at a line's ends none. */
  void text(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        space = line.length() > 0;
      } else {
        join();
        line.append(c);
      }
    }
  }

  /** A piece of text whose white space stays, of several lines or within one. */
  void kept(String text) {
    join();
    int from = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      line.append(text, from, end);
      flush();
      breaks++;
      from = end + 1;
    }
    line.append(text, from, text.length());
  }

  /** Puts the line out, behind the breaks that are due. */
  private void flush() {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) <= ' ') {
      end--;
    }
    if (end > 0) {
      if (out.length() > 0) {
        out.append("\n".repeat(breaks));
      }
      breaks = 0;
      int indents = Math.min(depth, DEEPEST) - (mark.isEmpty() || depth == 0 ? 0 : 1);
      out.append("  ".repeat(Math.max(indents, 0))).append(mark).append(line, 0, end);
      mark = "";
    }
    line.setLength(0);
    cells = 0;
  }

  /** All of it, without line ends around it. */
  @Override
  public String toString() {
    flush();
    return out.toString();
  }
}

package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.List;

/** A table as lines; where it is too wide, the widest left-set column is wrapped. */
public final class TableText {
  private static final String GAP = "  ";
  private static final int NARROWEST = 12;

  private TableText() {}

  /** The lines of a table, none wider than {@code width} if its columns allow it. */
  public static List<String> lines(Table table, int width) {
    int cols = table.head().size();
    int[] widths = new int[cols];
    for (int c = 0; c < cols; c++) {
      widths[c] = Text.columns(table.head().get(c));
      for (List<String> row : table.rows()) {
        widths[c] = Math.max(widths[c], Text.columns(row.get(c)));
      }
    }
    narrow(table, widths, width);
    List<String> lines = new ArrayList<>();
    addRow(lines, table, table.head(), widths);
    StringBuilder rule = new StringBuilder();
    for (int c = 0; c < cols; c++) {
      rule.append(c == 0 ? "" : GAP).append("─".repeat(widths[c]));
    }
    lines.add(rule.toString());
    table.rows().forEach(row -> addRow(lines, table, row, widths));
    return lines;
  }

  private static void narrow(Table table, int[] widths, int width) {
    int total = GAP.length() * (widths.length - 1);
    for (int w : widths) {
      total += w;
    }
    while (total > width) {
      int widest = -1;
      for (int c = 0; c < widths.length; c++) {
        if (!table.right(c) && (widest < 0 || widths[c] > widths[widest])) {
          widest = c;
        }
      }
      if (widest < 0 || widths[widest] <= NARROWEST) {
        return;
      }
      widths[widest]--;
      total--;
    }
  }

  private static void addRow(List<String> lines, Table table, List<String> row, int[] widths) {
    List<List<String>> cells = new ArrayList<>();
    int height = 1;
    for (int c = 0; c < widths.length; c++) {
      List<String> cell =
          Text.columns(row.get(c)) <= widths[c]
              ? List.of(row.get(c))
              : Text.wrap(row.get(c), widths[c]);
      cells.add(cell);
      height = Math.max(height, cell.size());
    }
    for (int h = 0; h < height; h++) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < widths.length; c++) {
        String part = h < cells.get(c).size() ? cells.get(c).get(h) : "";
        line.append(c == 0 ? "" : GAP)
            .append(
                table.right(c) ? Text.padLeft(part, widths[c]) : Text.padRight(part, widths[c]));
      }
      lines.add(line.toString().stripTrailing());
    }
  }
}

package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * A table of cells. Cells that begin with a digit, a sign or an approximation are set to the right,
 * others to the left; a column is set as most of its cells are, a lone "-" not counted.
 */
public final class Table {
  /** What stands where there is no number. */
  private static final String NONE = "-";

  private final String caption;
  private final List<String> head;
  private final List<List<String>> rows = new ArrayList<>();

  private Table(String caption, List<String> head) {
    this.caption = caption;
    this.head = head;
  }

  /** A table with these column heads; an empty caption is left out. */
  public static Table of(String caption, String... head) {
    return new Table(caption, List.of(head));
  }

  /**
   * Adds a row; a cell is the string form of its object.
   *
   * @throws IllegalArgumentException if there are not as many cells as heads
   */
  public Table row(Object... cells) {
    Check.that(
        cells.length == head.size(),
        "a row of %d cells does not fit a table of %d columns",
        cells.length,
        head.size());
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(String.valueOf(cell));
    }
    rows.add(row);
    return this;
  }

  /** The caption. */
  public String caption() {
    return caption;
  }

  /** The column heads. */
  public List<String> head() {
    return head;
  }

  /** The rows. */
  public List<List<String>> rows() {
    return rows;
  }

  /** Whether a column is set to the right. */
  public boolean right(int column) {
    List<String> filled =
        rows.stream().map(r -> r.get(column).strip()).filter(c -> !c.equals(NONE)).toList();
    long numbers = filled.stream().filter(c -> c.matches("[-+−~≈<>≤≥]?\\s?[0-9∞].*")).count();
    return 2 * numbers > filled.size();
  }
}

package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.answers.ledger.Numbers;

/** A plot as lines of characters: a mark a curve, axes with their ends named. */
public final class PlotText {
  private static final int COLS = 60;
  private static final int ROWS = 14;
  private static final String MARKS = "ox+*#@";

  private PlotText() {}

  /** The lines of a plot. */
  public static List<String> lines(Plot plot) {
    double[] x = range(plot, true);
    double[] y = range(plot, false);
    char[][] grid = new char[ROWS][COLS];
    for (char[] row : grid) {
      Arrays.fill(row, ' ');
    }
    for (int c = 0; c < plot.curves().size(); c++) {
      Plot.Curve curve = plot.curves().get(c);
      for (int i = 0; i < curve.x().length; i++) {
        int col = place(scaled(curve.x()[i], plot.logX()), x, COLS);
        int row = ROWS - 1 - place(scaled(curve.y()[i], plot.logY()), y, ROWS);
        grid[row][col] = grid[row][col] == ' ' ? mark(c) : '&';
      }
    }
    String top = Numbers.shortest(unscaled(y[1], plot.logY()));
    String bottom = Numbers.shortest(unscaled(y[0], plot.logY()));
    int label = Math.max(top.length(), bottom.length());
    List<String> lines = new ArrayList<>();
    lines.add(plot.yLabel() + (plot.logY() ? " (log)" : ""));
    boolean met = false;
    for (int r = 0; r < ROWS; r++) {
      String side = r == 0 ? top : r == ROWS - 1 ? bottom : "";
      String row = new String(grid[r]);
      met |= row.indexOf('&') >= 0;
      lines.add((Text.padLeft(side, label) + " │" + row).stripTrailing());
    }
    lines.add(" ".repeat(label) + " └" + "─".repeat(COLS));
    String left = Numbers.shortest(unscaled(x[0], plot.logX()));
    String right = Numbers.shortest(unscaled(x[1], plot.logX()));
    String name = plot.xLabel() + (plot.logX() ? " (log)" : "");
    int room = COLS - left.length() - right.length();
    lines.add(" ".repeat(label + 2) + left + center(name, room) + right);
    StringBuilder legend = new StringBuilder(" ".repeat(label + 2));
    for (int c = 0; c < plot.curves().size(); c++) {
      legend.append(c == 0 ? "" : "   ").append(mark(c)).append(' ');
      legend.append(plot.curves().get(c).name());
    }
    lines.add(legend + (met ? "   & several" : ""));
    return lines;
  }

  private static char mark(int curve) {
    return MARKS.charAt(curve % MARKS.length());
  }

  private static String center(String s, int room) {
    int left = Math.max(1, (room - Text.columns(s)) / 2);
    return Text.padRight(" ".repeat(left) + s, room);
  }

  private static double scaled(double v, boolean log) {
    return log ? Math.log10(v) : v;
  }

  private static double unscaled(double v, boolean log) {
    // The ends of a logarithmic axis are points of a curve: rounding hides the detour by the log.
    return log
        ? Double.parseDouble(String.format(java.util.Locale.ROOT, "%.6g", Math.pow(10, v)))
        : v;
  }

  private static int place(double v, double[] range, int cells) {
    double span = range[1] - range[0];
    return span == 0 ? 0 : (int) Math.round((v - range[0]) / span * (cells - 1));
  }

  private static double[] range(Plot plot, boolean ofX) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Plot.Curve curve : plot.curves()) {
      for (double v : ofX ? curve.x() : curve.y()) {
        double s = scaled(v, ofX ? plot.logX() : plot.logY());
        low = Math.min(low, s);
        high = Math.max(high, s);
      }
    }
    return low > high ? new double[] {0, 0} : new double[] {low, high};
  }
}

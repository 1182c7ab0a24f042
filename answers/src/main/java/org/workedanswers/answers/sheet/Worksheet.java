package org.workedanswers.answers.sheet;

import java.util.List;
import org.workedanswers.answers.ledger.Finding;

/** What a worked answer writes on: headings, prose, formulas, tables, plots, code, findings. */
public interface Worksheet {
  /** The head of an answer: the question's number and its title. */
  void title(int question, String title);

  /** A heading within an answer. */
  void heading(String heading);

  /** A line or two of prose; it is wrapped to the page. */
  void text(String paragraph);

  /** A formula or a sequence of steps, line by line as given. */
  void formula(String... lines);

  /** A table. */
  void table(Table table);

  /** Heat maps side by side as far as they fit. */
  void heatMaps(List<HeatMap> maps);

  /** A plot of curves over one axis. */
  void plot(Plot plot);

  /** Horizontal bars, one a label; values are not negative. */
  void bars(String caption, List<String> labels, double[] values, String unit);

  /** The source of a class's method, read from the sources that this program was built of. */
  void code(Class<?> type, String method);

  /** Findings with measured values, bounds, verdicts and notes. */
  void findings(List<Finding> findings);

  /** A list, an item a line. */
  void list(List<String> items);
}

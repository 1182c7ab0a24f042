package org.workedanswers.answers.sheet;

import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * A matrix of values from 0 to {@code max} as shades, with labels at its sides.
 *
 * @param caption what it shows
 * @param values [rows x cols], none negative
 * @param max the value of the darkest shade
 * @param rowLabels one a row; empty for none
 * @param colLabels one a column, written downwards; empty for none
 */
public record HeatMap(
    String caption, Matrix values, float max, List<String> rowLabels, List<String> colLabels) {
  /** Checks the labels' numbers. */
  public HeatMap {
    Check.that(
        rowLabels.isEmpty() || rowLabels.size() == values.rows(),
        "%d row labels for %d rows",
        rowLabels.size(),
        values.rows());
    Check.that(
        colLabels.isEmpty() || colLabels.size() == values.cols(),
        "%d column labels for %d columns",
        colLabels.size(),
        values.cols());
    Check.positive("max", (double) max);
  }
}

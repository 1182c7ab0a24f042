package org.workedanswers.answers.sheet;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;

/** A small plot: curves of points (x, y), either axis linear or logarithmic. */
public final class Plot {
  /**
   * One curve.
   *
   * @param name its name in the legend
   * @param x the points' x
   * @param y the points' y
   */
  public record Curve(String name, double[] x, double[] y) {}

  private final String caption;
  private final String xLabel;
  private final String yLabel;
  private final boolean logX;
  private final boolean logY;
  private final List<Curve> curves = new ArrayList<>();

  /** A plot without curves. */
  public Plot(String caption, String xLabel, boolean logX, String yLabel, boolean logY) {
    this.caption = caption;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
    this.logX = logX;
    this.logY = logY;
  }

  /**
   * Adds a curve.
   *
   * @throws IllegalArgumentException if x and y differ in length, or a value is not finite, or not
   *     above zero on a logarithmic axis
   */
  public Plot curve(String name, double[] x, double[] y) {
    Check.that(x.length == y.length, "%d x and %d y", x.length, y.length);
    for (int i = 0; i < x.length; i++) {
      Check.that(
          Double.isFinite(x[i])
              && Double.isFinite(y[i])
              && (!logX || x[i] > 0)
              && (!logY || y[i] > 0),
          "point (%s, %s) of '%s' can't be drawn on these axes",
          x[i],
          y[i],
          name);
    }
    curves.add(new Curve(name, x.clone(), y.clone()));
    return this;
  }

  /** The caption. */
  public String caption() {
    return caption;
  }

  /** What x is. */
  public String xLabel() {
    return xLabel;
  }

  /** What y is. */
  public String yLabel() {
    return yLabel;
  }

  /** Whether x is logarithmic. */
  public boolean logX() {
    return logX;
  }

  /** Whether y is logarithmic. */
  public boolean logY() {
    return logY;
  }

  /** The curves. */
  public List<Curve> curves() {
    return curves;
  }
}

package org.workedanswers.benchmarks.growth;

import java.util.List;

/**
 * One picture: what grows, over which sizes, and what is known of it.
 *
 * @param name the name to ask for it
 * @param title what the picture says above its points
 * @param size what the sizes count, as in {@code tokens}
 * @param cost the costs and their unit, as in {@code seconds}
 * @param known the exponents that theory gives, in words
 * @param measurement measures it
 */
record Curve(
    String name, String title, String size, String cost, String known, Measurement measurement) {
  /** Measures the points of one or more lines of a picture. */
  @FunctionalInterface
  interface Measurement {
    /** Measures all lines. */
    List<Points> measure();
  }
}

package org.workedanswers.benchmarks;

import java.util.Locale;

/** Numbers as the tables show them. */
public final class Digits {
  private Digits() {}

  /** Three digits that count, without an exponent. */
  public static String three(double x) {
    int digits = x > 0 ? Math.max(0, 2 - (int) Math.floor(Math.log10(x))) : 0;
    return String.format(Locale.ROOT, "%." + Math.min(9, digits) + "f", x);
  }
}

package org.workedanswers.answers.ledger;

import java.util.Locale;

/** Numbers as a reader likes them; the same in every locale. */
public final class Numbers {
  private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private Numbers() {}

  /** A whole number with thousands apart, as in {@code 16,777,216}. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** A number with that many digits after the point. */
  public static String fixed(double x, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", x);
  }

  /**
   * Whole numbers with thousands apart, others with four significant digits, very small and very
   * large ones with an exponent.
   */
  public static String shortest(double x) {
    if (Double.isInfinite(x) || Double.isNaN(x)) {
      return Double.toString(x);
    }
    double size = Math.abs(x);
    if (x == Math.rint(x) && size < 1e15) {
      return count((long) x);
    }
    if (size < 1e-3 || size >= 1e15) {
      return String.format(Locale.ROOT, "%.2e", x);
    }
    int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(size)));
    return String.format(Locale.ROOT, "%,." + digits + "f", x);
  }

  /**
   * Bytes in binary units, as in {@code 16 MiB} or {@code 36.96 GiB}; 10^6 PiB with an exponent.
   */
  public static String bytes(double bytes) {
    int unit = 0;
    double x = bytes;
    while (x >= 1024 && unit < BINARY.length - 1) {
      x /= 1024;
      unit++;
    }
    if (x >= 1e6) {
      return String.format(Locale.ROOT, "%.2e ", x) + BINARY[unit];
    }
    return (x == Math.rint(x) ? count((long) x) : fixed(x, 2)) + " " + BINARY[unit];
  }

  /** A duration in the unit that reads best, as in {@code 3.2 ms}. */
  public static String seconds(double seconds) {
    if (seconds < 1e-3) {
      return fixed(seconds * 1e6, 1) + " µs";
    }
    return seconds < 1 ? fixed(seconds * 1e3, 1) + " ms" : fixed(seconds, 2) + " s";
  }
}

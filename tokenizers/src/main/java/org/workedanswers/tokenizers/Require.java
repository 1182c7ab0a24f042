package org.workedanswers.tokenizers;

/** Argument checks: this module knows nothing but the JDK. */
final class Require {
  private Require() {}

  /**
   * Throws unless {@code condition} holds.
   *
   * @param message a {@link String#format} pattern that names the values and what is allowed
   * @throws IllegalArgumentException with the formatted message
   */
  static void that(boolean condition, String message, Object... values) {
    if (!condition) {
      throw new IllegalArgumentException(String.format(message, values));
    }
  }

  /** A text that stands in a message: in quotes, its middle left out where it is long. */
  static String quoted(String text) {
    return text.length() <= 60
        ? "\"" + text + "\""
        : "\"" + text.substring(0, 40) + "...\" (" + text.length() + " characters)";
  }
}

package org.workedanswers.answers.ledger;

/** What the measurement says of a claim. */
public enum Verdict {
  /** The measurement agrees with the number or the statement as written. */
  HOLDS("HOLDS"),
  /** The text rounds; the exact value stands beside its value. */
  HOLDS_ROUNDED("HOLDS, ROUNDED"),
  /** True only under a condition that the text leaves out; both sides of it are measured. */
  HOLDS_IF("HOLDS IF"),
  /** The measurement contradicts the text. */
  DOES_NOT_HOLD("DOES NOT HOLD"),
  /** It needs what no CPU has. */
  NOT_CHECKABLE_HERE("NOT CHECKABLE HERE");

  private final String words;

  Verdict(String words) {
    this.words = words;
  }

  /** The verdict as the ledger prints it. */
  public String words() {
    return words;
  }

  /**
   * The verdict of these words.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Verdict of(String words) {
    for (Verdict v : values()) {
      if (v.words.equals(words)) {
        return v;
      }
    }
    throw new IllegalArgumentException("'" + words + "' is no verdict");
  }

  @Override
  public String toString() {
    return words;
  }
}

package org.workedanswers.answers.ledger;

import java.util.regex.Pattern;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Check;

/**
 * A claim of the text, how it is measured and how it is judged.
 *
 * @param id the question's number and a word, as in {@code q9.merge}
 * @param statement the claim in our own words
 * @param how what is measured, in a sentence
 * @param unit the unit of the measured numbers, {@code 1} for a bare number
 * @param expected what the text says, in short
 * @param rule two-sided bounds and the verdict that follows
 * @param measurement the measurement itself; times go into its notes and never into its value
 */
public record Claim(
    String id,
    String statement,
    String how,
    String unit,
    String expected,
    Rule rule,
    Measurement measurement) {

  /** Measures a claim on the workbench's input. */
  @FunctionalInterface
  public interface Measurement {
    /** The measured value with its notes. */
    Measured measure(Workbench bench);
  }

  private static final Pattern ID = Pattern.compile("q([1-9]|1[0-6])\\.[a-z0-9-]+");

  /** Checks the id's form. */
  public Claim {
    Check.that(ID.matcher(id).matches(), "'%s' is no claim's id, as q9.merge is", id);
  }

  /** The question that the claim belongs to. */
  public int question() {
    return Integer.parseInt(id.substring(1, id.indexOf('.')));
  }
}

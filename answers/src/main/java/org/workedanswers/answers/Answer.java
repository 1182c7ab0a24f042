package org.workedanswers.answers;

import java.util.List;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.sheet.Worksheet;

/**
 * One of the sixteen answers, worked.
 *
 * <p>A subclass carries picocli's {@code @Command(name = "9")} and its own settings as
 * {@code @Option} fields; {@code --seed}, {@code --threads} and {@code --kernels} come by
 * themselves. Settings change the working that is shown; the claims judge the text's numbers.
 *
 * <p>What is printed: the question, {@link #asked}, {@link #work}, the claims with their verdicts,
 * {@link #tryNext}, {@link #read}.
 */
public abstract class Answer {
  /** The question's number in the text, 1 to 16. */
  public abstract int question();

  /** The question in a few words of our own. */
  public abstract String title();

  /** What is asked, in a sentence or two of our own. */
  public abstract String asked();

  /** The formula and the working on real input, with shapes. */
  public abstract void work(Worksheet sheet, Workbench bench);

  /** The claims of this question that are measured. */
  public abstract List<Claim> claims();

  /** Commands or changes that teach more, a line each. */
  public abstract List<String> tryNext();

  /** The classes to read, the plainest first. */
  public abstract List<Class<?>> read();
}

package org.workedanswers.answers;

import java.io.PrintStream;
import org.workedanswers.answers.ledger.Numbers;

/**
 * A line now and then on stderr while long work goes on, if a person is looking: the launcher sets
 * the system property {@value #PROPERTY} where stderr is a terminal.
 */
public final class Progress {
  /** The system property that says that stderr is a terminal. */
  public static final String PROPERTY = "workedanswers.terminal";

  private static final long BETWEEN_NANOS = 2_000_000_000;

  private final PrintStream err;
  private final String what;
  private final int all;
  private long shown = System.nanoTime();

  private Progress(PrintStream err, String what, int all) {
    this.err = err;
    this.what = what;
    this.all = all;
  }

  /** Progress of work on {@code all} things, on stderr if that is a terminal. */
  public static Progress of(String what, int all) {
    return new Progress(Boolean.getBoolean(PROPERTY) ? System.err : null, what, all);
  }

  /** Says how far the work is, unless that was said a moment ago. */
  public void at(int done) {
    long now = System.nanoTime();
    if (err != null && now - shown >= BETWEEN_NANOS && done < all) {
      shown = now;
      err.println("  " + what + ": " + Numbers.count(done) + " of " + Numbers.count(all));
    }
  }
}

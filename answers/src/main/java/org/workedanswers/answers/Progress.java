package org.workedanswers.answers;

import java.io.PrintStream;
import org.workedanswers.answers.ledger.Numbers;

/**
 * A bar on stderr while long work goes on, if a person is looking: the launcher sets the system
 * property {@value #PROPERTY} where stderr is a terminal. The bar is drawn over itself and wiped
 * when the work has ended.
 */
public final class Progress {
  /** The system property that says that stderr is a terminal. */
  public static final String PROPERTY = "workedanswers.terminal";

  private static final long BETWEEN_NANOS = 250_000_000;
  private static final int WIDTH = 24;

  private final PrintStream err;
  private final String what;
  private final long betweenNanos;
  private int all;
  private long shown = System.nanoTime();
  private int drawn; // characters on the line

  private Progress(PrintStream err, String what, int all, long betweenNanos) {
    this.err = err;
    this.betweenNanos = betweenNanos;
    this.what = what;
    this.all = all;
  }

  /** Progress of work on {@code all} things, on stderr if that is a terminal. */
  public static Progress of(String what, int all) {
    return new Progress(Boolean.getBoolean(PROPERTY) ? System.err : null, what, all, BETWEEN_NANOS);
  }

  /** The same on a stream, drawn no more often than that. */
  static Progress on(PrintStream err, String what, int all, long betweenNanos) {
    return new Progress(err, what, all, betweenNanos);
  }

  /** Says how far the work is, unless that was said a moment ago. */
  public void at(int done) {
    if (done >= all) {
      end();
      return;
    }
    long now = System.nanoTime();
    if (err != null && now - shown >= betweenNanos) {
      shown = now;
      draw(done);
    }
  }

  /** The same, of another number of things than it was thought. */
  public void at(int done, int all) {
    this.all = all;
    at(done);
  }

  private void draw(int done) {
    int filled = (int) ((long) WIDTH * Math.max(0, done) / all);
    String line =
        "  "
            + what
            + " ["
            + "#".repeat(filled)
            + "-".repeat(WIDTH - filled)
            + "] "
            + Numbers.count(done)
            + " of "
            + Numbers.count(all);
    err.print("\r" + line + " ".repeat(Math.max(0, drawn - line.length())));
    err.flush();
    drawn = line.length();
  }

  /** The work has ended: wipes the bar. */
  public void end() {
    if (err != null && drawn > 0) {
      err.print("\r" + " ".repeat(drawn) + "\r");
      err.flush();
      drawn = 0;
    }
  }
}

package org.workedanswers.answers.q05;

import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Text;

/** Times for a reader's eye; no verdict rests on them. */
final class Clock {
  private static final int WIDTH = "999.9 ms".length();
  private static final long WARM_UP_NANOS = 80_000_000;
  private static final long ENOUGH_NANOS = 60_000_000;

  private Clock() {}

  /** The shortest of some runs, in seconds, after some that warm up; at least one of each. */
  static double best(Runnable work) {
    shortest(work, WARM_UP_NANOS);
    return shortest(work, ENOUGH_NANOS) / 1e9;
  }

  /** The same as text, of one width whatever the time is, so that tables do not move with it. */
  static String time(Runnable work) {
    return Text.padLeft(Numbers.seconds(best(work)), WIDTH);
  }

  private static long shortest(Runnable work, long enough) {
    long shortest = Long.MAX_VALUE;
    long begin = System.nanoTime();
    while (shortest == Long.MAX_VALUE || System.nanoTime() - begin < enough) {
      long start = System.nanoTime();
      work.run();
      shortest = Math.min(shortest, System.nanoTime() - start);
    }
    return shortest;
  }
}

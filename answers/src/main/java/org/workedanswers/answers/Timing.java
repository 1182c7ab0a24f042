package org.workedanswers.answers;

import java.util.Arrays;

/** Wall-clock times, as information beside a count: no verdict rests on one. */
public final class Timing {
  private static final int MOST_RUNS = 15;
  private static final long BUDGET_NANOS = 250_000_000;

  private Timing() {}

  /**
   * The median of several runs in seconds, after one that is not counted: fifteen, or as many as a
   * quarter of a second allows, one at least. Good for a ratio of well apart figures; what is
   * closer belongs to the benchmarks.
   */
  public static double median(Runnable work) {
    work.run();
    double[] seconds = new double[MOST_RUNS];
    int runs = 0;
    long end = System.nanoTime() + BUDGET_NANOS;
    do {
      long start = System.nanoTime();
      work.run();
      seconds[runs++] = (System.nanoTime() - start) / 1e9;
    } while (runs < MOST_RUNS && System.nanoTime() < end);
    Arrays.sort(seconds, 0, runs);
    return seconds[runs / 2];
  }
}

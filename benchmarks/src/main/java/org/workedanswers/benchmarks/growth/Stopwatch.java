package org.workedanswers.benchmarks.growth;

import java.util.Arrays;
import java.util.function.LongSupplier;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Times one call of each size in turn, round after round, and takes the median by size: a machine
 * that is slow for a while is so for all sizes. The first rounds warm up and do not count.
 */
final class Stopwatch {
  private static final int WARMUPS = 3;
  private static final int ROUNDS = 9;

  /** A turn repeats its call for that long, so that short calls are not lost in the clock. */
  private static final double TURN_SECONDS = 0.02;

  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;

  /** By the machine's clock. */
  Stopwatch() {
    this(System::nanoTime);
  }

  /** By a clock that counts nanoseconds. */
  Stopwatch(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Seconds that a call takes, for each of the calls. */
  double[] seconds(Runnable... calls) {
    double[][] taken = new double[calls.length][ROUNDS];
    for (int round = -WARMUPS; round < ROUNDS; round++) {
      for (int c = 0; c < calls.length; c++) {
        double seconds = turn(calls[c]);
        if (round >= 0) {
          taken[c][round] = seconds;
        }
      }
    }
    return Arrays.stream(taken).mapToDouble(t -> StatUtils.percentile(t, 50)).toArray();
  }

  private double turn(Runnable call) {
    long start = nanoTime.getAsLong();
    double taken;
    int times = 0;
    do {
      call.run();
      times++;
      taken = (nanoTime.getAsLong() - start) / NANOS;
    } while (taken < TURN_SECONDS);
    return taken / times;
  }
}

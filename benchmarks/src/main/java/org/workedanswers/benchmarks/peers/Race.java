package org.workedanswers.benchmarks.peers;

import java.util.function.LongSupplier;
import org.workedanswers.core.Check;

/**
 * Times two contenders in turn: A B A B.
 *
 * <p>A machine that slows down for a while slows both sides of a round, so a round's ratio of
 * speeds says more than the two times by themselves, and the median of the rounds more than any of
 * them. A turn repeats the call until its time is up; a call that takes longer is a turn by itself.
 * Warming up takes turns as well: each side keeps the other's code from being compiled as if it
 * were alone.
 */
public final class Race {
  /**
   * How long a race takes.
   *
   * @param warmupSeconds what each side runs before the clock counts, two calls at least
   * @param turnSeconds what a turn takes at least
   * @param budgetSeconds what all rounds may take together
   * @param leastRounds the rounds to run even so
   * @param mostRounds the rounds to run where the budget allows more
   */
  public record Settings(
      double warmupSeconds,
      double turnSeconds,
      double budgetSeconds,
      int leastRounds,
      int mostRounds) {
    /** What the comparisons use: 5 to 11 rounds in about 15 seconds. */
    public static final Settings STANDARD = new Settings(2, 0.3, 15, 5, 11);

    /** One call of each side, cold: for what takes a minute, as building an index. */
    public static final Settings ONCE = new Settings(0, 0, 0, 1, 1);

    /**
     * Settings by name.
     *
     * @throws IllegalArgumentException if there is no round to run
     */
    public Settings {
      Check.range("least rounds", leastRounds, 1, mostRounds);
    }
  }

  private static final int WARMUP_CALLS = 2;
  private static final double NANOS = 1e9;

  private final LongSupplier nanoTime;

  /** A race by the machine's clock. */
  public Race() {
    this(System::nanoTime);
  }

  /** A race by a clock that counts nanoseconds. */
  Race(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** Runs the race. */
  public Timings run(Settings settings, Contender ours, Contender peer) {
    double round = warmUp(settings, ours, peer);
    int rounds =
        (int)
            Math.max(
                settings.leastRounds(),
                Math.min(settings.mostRounds(), settings.budgetSeconds() / round));
    double[] a = new double[rounds];
    double[] b = new double[rounds];
    for (int r = 0; r < rounds; r++) {
      a[r] = turn(settings, ours);
      b[r] = turn(settings, peer);
    }
    return new Timings(ours.work(), a, peer.work(), b);
  }

  /** Warms both sides up and returns how many seconds a round will take. */
  private double warmUp(Settings settings, Contender ours, Contender peer) {
    if (settings.warmupSeconds() == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double a = 0;
    double b = 0;
    double round;
    int calls = 0;
    do {
      double turnA = Math.max(turn(settings, ours), settings.turnSeconds());
      double turnB = Math.max(turn(settings, peer), settings.turnSeconds());
      a += turnA;
      b += turnB;
      round = turnA + turnB;
      calls++;
    } while (calls < WARMUP_CALLS || Math.min(a, b) < settings.warmupSeconds());
    return round;
  }

  /** Seconds that a call took, the mean of a turn. */
  private double turn(Settings settings, Contender contender) {
    long start = nanoTime.getAsLong();
    long enough = (long) (settings.turnSeconds() * NANOS);
    long taken;
    int calls = 0;
    do {
      contender.call().run();
      calls++;
      taken = nanoTime.getAsLong() - start;
    } while (taken < enough);
    return taken / NANOS / calls;
  }
}

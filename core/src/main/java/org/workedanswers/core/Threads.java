package org.workedanswers.core;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * A {@link Loop} over a fixed number of threads, the caller's being one of them.
 *
 * <p>A count is cut into more ranges than threads, and a thread takes the next range when it is
 * done with one, so that rows of unequal cost (a causal mask's) share out evenly. Which thread runs
 * which range is chance; since ranges are independent, the result is not. A loop inside a part of a
 * loop of the same object is run by that part's own thread; loops of two objects may stand inside
 * one another in any order. The threads are daemons; {@link #close} ends them, and a loop after it
 * gets an {@link IllegalStateException}.
 */
public final class Threads implements Loop, AutoCloseable {
  private static final int RANGES_PER_THREAD = 8;

  private final int threads;
  private final ExecutorService helpers;
  private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);
  private volatile boolean closed;

  private Threads(int threads) {
    this.threads = threads;
    this.helpers =
        threads == 1
            ? null
            : Executors.newFixedThreadPool(
                threads - 1,
                task -> {
                  Thread t = new Thread(task, "worked-answers-loop");
                  t.setDaemon(true);
                  return t;
                });
  }

  /**
   * A loop of {@code threads} threads.
   *
   * @throws IllegalArgumentException if {@code threads} is not in 1..1024
   */
  public static Threads of(int threads) {
    return new Threads(Check.range("threads", threads, 1, 1024));
  }

  @Override
  public int threads() {
    return threads;
  }

  @Override
  public void ranges(int count, Range body) {
    Check.that(count >= 0, "count is %d: it must not be negative", count);
    if (closed) {
      throw closedAlready();
    }
    if (threads == 1 || count <= 1 || inside.get()) {
      Loop.sequential().ranges(count, body);
      return;
    }
    Job job = new Job(count, Math.min(count, threads * RANGES_PER_THREAD), body);
    try {
      for (int t = 1; t < Math.min(threads, job.parts); t++) {
        helpers.execute(() -> work(job));
      }
    } catch (RejectedExecutionException e) { // closed meanwhile
      job.fail(closedAlready());
    }
    work(job);
    job.await();
  }

  private IllegalStateException closedAlready() {
    return new IllegalStateException(
        "this loop of " + threads + " threads is closed: use it before close(), or make another");
  }

  /** Runs ranges until none is left. */
  private void work(Job job) {
    inside.set(true);
    for (int p = job.begin(); p >= 0; p = job.begin()) {
      Throwable failure = null;
      try {
        job.body.run(job.bound(p), job.bound(p + 1));
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      job.end(failure);
    }
    inside.set(false);
  }

  /**
   * What is left of one call. Its caller waits for ranges that have begun, not for helpers: a
   * helper that is busy elsewhere finds nothing left when it comes. So whoever waits, waits for a
   * thread that is at work one loop further in, and loops of two objects inside one another end.
   */
  private static final class Job {
    private final int count;
    private final int parts;
    private final Range body;
    private int next;
    private int running;
    private Throwable failure; // the first

    Job(int count, int parts, Range body) {
      this.count = count;
      this.parts = parts;
      this.body = body;
    }

    /** Where range p begins: ⌊count · p / parts⌋. */
    int bound(int p) {
      return (int) ((long) count * p / parts);
    }

    /** The number of the range to run next, or -1 if none is to be begun. */
    synchronized int begin() {
      if (next == parts || failure != null) {
        return -1;
      }
      running++;
      return next++;
    }

    synchronized void end(Throwable thrown) {
      running--;
      if (thrown != null) {
        fail(thrown);
      }
      notifyAll();
    }

    synchronized void fail(Throwable thrown) {
      if (failure == null) {
        failure = thrown;
      }
    }

    /** Returns when no range is running; throws the first failure. */
    synchronized void await() {
      boolean interrupted = false;
      while (running > 0) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true; // the arrays are in use until the other threads have ended
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (failure instanceof Error e) {
        throw e;
      }
      if (failure != null) {
        throw (RuntimeException) failure;
      }
    }
  }

  /** Ends the helper threads; {@link #ranges} is refused after. */
  @Override
  public void close() {
    closed = true;
    if (helpers != null) {
      helpers.shutdown();
    }
  }
}

package org.workedanswers.core;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A {@link Loop} over a fixed number of threads, the caller's being one of them.
 *
 * <p>A count is cut into more ranges than threads, and a thread takes the next range when it is
 * done with one, so that rows of unequal cost (a causal mask's) share out evenly. Which thread runs
 * which range is chance; since ranges are independent, the result is not. A loop inside a part of a
 * loop of the same object is run by that part's own thread. The threads are daemons; {@link #close}
 * ends them.
 */
public final class Threads implements Loop, AutoCloseable {
  private static final int RANGES_PER_THREAD = 8;

  private final int threads;
  private final ExecutorService helpers;
  private final ThreadLocal<Boolean> inside = ThreadLocal.withInitial(() -> false);

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
    if (threads == 1 || count <= 1 || inside.get()) {
      Loop.sequential().ranges(count, body);
      return;
    }
    int parts = Math.min(count, threads * RANGES_PER_THREAD);
    AtomicInteger next = new AtomicInteger();
    Runnable work =
        () -> {
          inside.set(true);
          try {
            for (int p = next.getAndIncrement(); p < parts; p = next.getAndIncrement()) {
              body.run(bound(count, p, parts), bound(count, p + 1, parts));
            }
          } catch (RuntimeException | Error e) {
            next.set(parts); // no further range is begun
            throw e;
          } finally {
            inside.set(false);
          }
        };
    List<Future<?>> futures = new ArrayList<>();
    for (int t = 1; t < Math.min(threads, parts); t++) {
      futures.add(helpers.submit(work));
    }
    Throwable failure = null;
    try {
      work.run();
    } catch (RuntimeException | Error e) {
      failure = e;
    }
    for (Future<?> f : futures) {
      failure = await(f, failure);
    }
    if (failure instanceof Error e) {
      throw e;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
  }

  /** Where range p of {@code parts} begins: ⌊count · p / parts⌋. */
  private static int bound(int count, int p, int parts) {
    return (int) ((long) count * p / parts);
  }

  private static Throwable await(Future<?> future, Throwable failure) {
    boolean interrupted = false;
    Throwable result = failure;
    while (true) {
      try {
        future.get();
        break;
      } catch (InterruptedException e) {
        interrupted = true; // the arrays are in use until the other threads have ended
      } catch (ExecutionException e) {
        if (result == null) {
          result = e.getCause();
        }
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return result;
  }

  /** Ends the helper threads; the loop can't be used after. */
  @Override
  public void close() {
    if (helpers != null) {
      helpers.shutdown();
    }
  }
}

package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LoopTest {
  @Test
  void everyIndexIsRunOnce() {
    for (int n : new int[] {1, 2, 3, 5}) {
      try (Threads threads = Threads.of(n)) {
        assertEquals(n, threads.threads());
        for (int count : new int[] {0, 1, 2, 3, 7, 17, 207, 1025}) {
          for (Loop loop : new Loop[] {threads, Loop.sequential()}) {
            AtomicIntegerArray runs = new AtomicIntegerArray(count);
            loop.forEach(count, runs::incrementAndGet);
            for (int i = 0; i < count; i++) {
              assertEquals(1, runs.get(i));
            }
          }
        }
      }
    }
    assertEquals(1, Loop.sequential().threads());
  }

  @Test
  void twoThreadsWorkAtOneTime() {
    try (Threads threads = Threads.of(2)) {
      CountDownLatch both = new CountDownLatch(2);
      Set<Thread> seen = ConcurrentHashMap.newKeySet();
      threads.forEach(
          2,
          i -> {
            seen.add(Thread.currentThread());
            both.countDown();
            await(both);
          });
      assertEquals(2, seen.size());
    }
  }

  @Test
  void aFailureReachesTheCallerAfterAllHaveEnded() {
    try (Threads threads = Threads.of(3)) {
      for (int bad = 0; bad < 40; bad++) {
        int which = bad;
        AtomicInteger running = new AtomicInteger();
        IllegalStateException thrown = new IllegalStateException("row " + bad);
        IllegalStateException caught =
            assertThrows(
                IllegalStateException.class,
                () ->
                    threads.forEach(
                        40,
                        i -> {
                          running.incrementAndGet();
                          try {
                            if (i == which) {
                              throw thrown;
                            }
                          } finally {
                            running.decrementAndGet();
                          }
                        }));
        assertSame(thrown, caught);
        assertEquals(0, running.get());
      }
      assertThrows(
          StackOverflowError.class,
          () ->
              threads.forEach(
                  9,
                  i -> {
                    throw new StackOverflowError();
                  }));
      AtomicInteger after = new AtomicInteger();
      threads.forEach(9, i -> after.incrementAndGet());
      assertEquals(9, after.get());
    }
  }

  @Test
  void aLoopInsideALoopIsRunAndDoesNotWaitForItself() {
    try (Threads threads = Threads.of(2)) {
      AtomicInteger sum = new AtomicInteger();
      threads.forEach(30, i -> threads.forEach(10, j -> sum.incrementAndGet()));
      assertEquals(300, sum.get());
    }
  }

  @Test
  @Timeout(60)
  void loopsOfTwoObjectsInsideOneAnotherEnd() {
    try (Threads outer = Threads.of(2);
        Threads inner = Threads.of(3)) {
      for (int round = 0; round < 20; round++) {
        AtomicInteger sum = new AtomicInteger();
        outer.forEach(
            6,
            i ->
                inner.forEach(
                    5, j -> outer.forEach(4, k -> inner.forEach(3, l -> sum.incrementAndGet()))));
        assertEquals(6 * 5 * 4 * 3, sum.get());
      }
    }
  }

  @Test
  @Timeout(60)
  void theCallerDoesNotWaitForAHelperThatIsBusyElsewhere() throws InterruptedException {
    try (Threads threads = Threads.of(2)) {
      CountDownLatch busy = new CountDownLatch(2);
      CountDownLatch done = new CountDownLatch(1);
      Thread other =
          new Thread(
              () ->
                  threads.forEach(
                      2,
                      i -> {
                        busy.countDown();
                        await(done);
                      }));
      other.start();
      await(busy); // the only helper is in there until the loop below has ended
      AtomicInteger sum = new AtomicInteger();
      threads.forEach(9, i -> sum.incrementAndGet());
      assertEquals(9, sum.get());
      done.countDown();
      other.join();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aClosedLoopSaysSo() {
    for (int n : new int[] {1, 3}) {
      Threads threads = Threads.of(n);
      threads.close();
      IllegalStateException e =
          assertThrows(IllegalStateException.class, () -> threads.forEach(5, i -> {}));
      assertTrue(e.getMessage().contains(n + " threads is closed"), e.getMessage());
    }
  }

  @Test
  void anInterruptedCallerWaitsForTheOthersAndStaysInterrupted() {
    try (Threads threads = Threads.of(2)) {
      CountDownLatch both = new CountDownLatch(2);
      AtomicInteger ended = new AtomicInteger();
      Thread caller = Thread.currentThread();
      threads.forEach(
          2,
          i -> {
            both.countDown();
            await(both);
            if (Thread.currentThread() == caller) {
              caller.interrupt();
            } else {
              long deadline = System.nanoTime() + 5_000_000_000L;
              while (caller.getState() != Thread.State.WAITING && System.nanoTime() < deadline) {
                Thread.onSpinWait();
              }
            }
            ended.incrementAndGet();
          });
      assertTrue(Thread.interrupted());
      assertEquals(2, ended.get());
    }
  }

  @Test
  void numbersOfThreadsAndCountsAreChecked() {
    assertThrows(IllegalArgumentException.class, () -> Threads.of(0));
    assertThrows(IllegalArgumentException.class, () -> Threads.of(1025));
    try (Threads threads = Threads.of(2)) {
      assertThrows(IllegalArgumentException.class, () -> threads.forEach(-1, i -> {}));
    }
  }
}

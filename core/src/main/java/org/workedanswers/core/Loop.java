package org.workedanswers.core;

import java.util.function.IntConsumer;

/**
 * A loop over independent rows or heads. Each index is run exactly once and no index may need
 * another's result, so that one thread and many give the same bits.
 *
 * @see Threads
 */
public interface Loop {
  /** A part of a loop: the indices {@code from} to {@code to}, the last not included. */
  @FunctionalInterface
  interface Range {
    /** Runs the part. */
    void run(int from, int to);
  }

  /** How many parts may run at a time. */
  int threads();

  /**
   * Covers {@code 0..count-1} with ranges and runs each once; returns when all have ended. An
   * exception of a part reaches the caller after the other parts have ended.
   */
  void ranges(int count, Range body);

  /** Runs {@code body} once for each index of {@code 0..count-1}. */
  default void forEach(int count, IntConsumer body) {
    ranges(
        count,
        (from, to) -> {
          for (int i = from; i < to; i++) {
            body.accept(i);
          }
        });
  }

  /** The loop of one thread: the caller's. */
  static Loop sequential() {
    return Sequential.LOOP;
  }

  /** Holds the one instance; it keeps no state. */
  final class Sequential implements Loop {
    private static final Loop LOOP = new Sequential();

    private Sequential() {}

    @Override
    public int threads() {
      return 1;
    }

    @Override
    public void ranges(int count, Range body) {
      if (count > 0) {
        body.run(0, count);
      }
    }
  }
}

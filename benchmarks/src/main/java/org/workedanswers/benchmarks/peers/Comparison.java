package org.workedanswers.benchmarks.peers;

/**
 * What one JVM compares: it makes the work, holds the results of both sides against each other, and
 * only then lets them race. It has a constructor without arguments, for {@link Catalogue}.
 */
@FunctionalInterface
public interface Comparison {
  /**
   * Compares, and reports line by line.
   *
   * @throws Unavailable if something it needs is not there
   * @throws IllegalStateException if the two sides do not give the same
   * @throws Exception if a peer fails
   */
  void run(Report report) throws Exception;
}

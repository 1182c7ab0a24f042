package org.workedanswers.core;

import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;

/**
 * Random numbers from a seed that the caller names: the same seed gives the same numbers on every
 * machine and in a browser.
 *
 * <p>Behind it stands WELL19937c (Panneton, L'Ecuyer and Matsumoto, <i>Improved long-period
 * generators based on linear recurrences modulo 2</i>, ACM TOMS 32, 2006), as commons-math3 has it.
 * Not thread-safe: give each thread a {@link #split} of its own.
 */
public final class SeededRandom {
  private final long seed;
  private final RandomGenerator generator;

  /** A stream of numbers that depends on {@code seed} alone. */
  public SeededRandom(long seed) {
    this.seed = seed;
    this.generator = new Well19937c(seed);
  }

  /**
   * Another stream, which depends on this one's seed and on {@code index} but not on how many
   * numbers were drawn: head 3 gets the same numbers whichever thread comes first.
   */
  public SeededRandom split(long index) {
    // SplitMix64's finalizer (Steele, Lea and Flood, OOPSLA 2014) keeps neighbours apart.
    long z = seed + (index + 1) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return new SeededRandom(z ^ (z >>> 31));
  }

  /** Uniform in [0, 1). */
  public double uniform() {
    return generator.nextDouble();
  }

  /** Uniform in [low, high). */
  public double uniform(double low, double high) {
    return low + (high - low) * generator.nextDouble();
  }

  /** Normal with mean 0 and variance 1. */
  public double gaussian() {
    return generator.nextGaussian();
  }

  /**
   * Uniform in 0..bound-1.
   *
   * @throws IllegalArgumentException if {@code bound < 1}
   */
  public int below(int bound) {
    return generator.nextInt(Check.positive("bound", bound));
  }

  /** True with probability ½. */
  public boolean coin() {
    return generator.nextBoolean();
  }

  /** A new {@code rows x cols} matrix, each element normal with mean 0 and the given deviation. */
  public Matrix gaussian(int rows, int cols, double deviation) {
    Matrix m = Matrix.zeros(rows, cols);
    for (int i = 0; i < m.data().length; i++) {
      m.data()[i] = (float) (deviation * gaussian());
    }
    return m;
  }

  /** A new {@code rows x cols} matrix, each element uniform in [low, high). */
  public Matrix uniform(int rows, int cols, double low, double high) {
    Matrix m = Matrix.zeros(rows, cols);
    for (int i = 0; i < m.data().length; i++) {
      m.data()[i] = (float) uniform(low, high);
    }
    return m;
  }

  /** The numbers 0..n-1 in random order (Fisher and Yates). */
  public int[] permutation(int n) {
    int[] order = new int[Check.range("n", n, 0, Check.MAX_ELEMENTS)];
    for (int i = 0; i < n; i++) {
      int j = below(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}

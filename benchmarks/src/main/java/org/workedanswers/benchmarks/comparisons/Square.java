package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;

/**
 * The product C = A B of [n x n] matrices.
 *
 * @param n rows and columns
 * @param a A
 * @param b B
 * @param c where our C goes
 */
public record Square(int n, Matrix a, Matrix b, Matrix c) {
  /** The sizes that are compared. */
  public static final int[] SIZES = {512, 1024, 2048};

  private static final int CHECKED_ROWS = 32;

  /** Random operands of that size. */
  public static Square of(int n) {
    SeededRandom random = new SeededRandom(1);
    return new Square(n, random.gaussian(n, n, 1), random.gaussian(n, n, 1), Matrix.zeros(n, n));
  }

  /** Our product, shared out over a loop's threads; its work is counted in multiply-adds. */
  public Contender ours(Kernels kernels, Loop loop) {
    Contender ours =
        loop.threads() == 1
            ? Contender.of("one thread", () -> kernels.gemm(1, a, Op.N, b, Op.N, 0, c))
            : Contender.of(
                loop.threads() + " threads", () -> kernels.gemm(loop, 1, a, Op.N, b, Op.N, 0, c));
    return ours.doing((double) n * n * n);
  }

  /** Throws unless a product's first rows are those of double precision. */
  public void check(String what, Matrix product) {
    Matrix want = Matrix.zeros(CHECKED_ROWS, n);
    for (int i = 0; i < CHECKED_ROWS; i++) {
      double[] row = new double[n];
      for (int k = 0; k < n; k++) {
        for (int j = 0; j < n; j++) {
          row[j] += (double) a.get(i, k) * b.get(k, j);
        }
      }
      for (int j = 0; j < n; j++) {
        want.set(i, j, (float) row[j]);
      }
    }
    Same.check(what, want, product.rows(0, CHECKED_ROWS), 1e-3);
  }
}

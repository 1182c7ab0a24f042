package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.attention.Attention;
import org.workedanswers.attention.Mask;
import org.workedanswers.attention.MultiHead;
import org.workedanswers.attention.PlainAttention;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/**
 * Attention of 8 heads of width 64 over n tokens. The heads stand side by side in a row, as a
 * model's projections leave them.
 *
 * @param n tokens
 * @param q the queries, [n x 512]
 * @param k the keys, [n x 512]
 * @param v the values, [n x 512]
 * @param output where our output goes, [n x 512]
 */
public record Heads(int n, Matrix q, Matrix k, Matrix v, Matrix output) {
  /** h. */
  public static final int HEADS = 8;

  /** d_k = d_v. */
  public static final int WIDTH = 64;

  private static final MultiHead MULTI_HEAD = new MultiHead(HEADS);
  private static final int CHECKED_ROWS = 16;

  /** Random queries, keys and values. */
  public static Heads of(int n) {
    SeededRandom random = new SeededRandom(5);
    int d = HEADS * WIDTH;
    return new Heads(
        n,
        random.gaussian(n, d, 1),
        random.gaussian(n, d, 1),
        random.gaussian(n, d, 1),
        Matrix.zeros(n, d));
  }

  /** One of our forms. */
  public Contender ours(String name, Attention attention, Loop loop, Mask mask) {
    return Contender.of(name, () -> MULTI_HEAD.attend(attention, loop, q, k, v, mask, output));
  }

  /** Throws unless the last rows of an output are those of the plain form on plain kernels. */
  public void check(String what, Mask mask, Matrix got) {
    int from = n - Math.min(n, CHECKED_ROWS);
    Matrix want = Matrix.zeros(n - from, HEADS * WIDTH);
    MULTI_HEAD.attend(
        new PlainAttention(PlainKernels.PLAIN),
        Loop.sequential(),
        q.rows(from, n),
        k,
        v,
        mask,
        want);
    Same.check(what, want, got.rows(from, n), 1e-4);
  }
}

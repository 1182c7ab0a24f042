package org.workedanswers.moe;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * The tokens grouped by expert, so that each expert runs once on a matrix of its own.
 *
 * <p>A choice (token t, rank j) gets a row of a buffer [rows x d] in which expert e has the rows
 * {@code first(e)} to {@code first(e + 1)}, tokens in their order.
 *
 * <p>With a capacity C an expert takes at most C tokens, and choices beyond are dropped: all first
 * choices are served before all second ones, and so on; within a rank the earlier token wins. A
 * dropped choice adds nothing to the token's output, the other weights stay as they are, and a
 * token that lost all its experts gets zeros (in a transformer its residual goes on alone). Source:
 * Lepikhin et al. 2020, <i>GShard</i>, arXiv:2006.16668, section 2.2 and algorithm 1; Fedus et al.
 * 2021, <i>Switch Transformers</i>, arXiv:2101.03961, section 2.2.
 */
public final class Dispatch {
  /** The row of a choice that was dropped. */
  public static final int DROPPED = -1;

  private final int[] first; // [E + 1]
  private final int[] tokens; // by row
  private final int[][] rows; // [n][k]

  private Dispatch(int[] first, int[] tokens, int[][] rows) {
    this.first = first;
    this.tokens = tokens;
    this.rows = rows;
  }

  /** Every choice is served. */
  public static Dispatch of(Routing routing) {
    return of(routing, Integer.MAX_VALUE);
  }

  /**
   * An expert serves at most {@code capacity} choices.
   *
   * @throws IllegalArgumentException if the capacity is negative
   */
  public static Dispatch of(Routing routing, int capacity) {
    Check.that(capacity >= 0, "capacity is %d: it must not be negative", capacity);
    int n = routing.tokens();
    int k = routing.k();
    Check.elements("buffer of tokens times experts", n, k);
    int[] served = new int[routing.expertCount()];
    int[][] rows = new int[n][k];
    for (int rank = 0; rank < k; rank++) {
      for (int t = 0; t < n; t++) {
        int e = routing.experts()[t][rank];
        rows[t][rank] = served[e] < capacity ? 0 : DROPPED;
        served[e] += rows[t][rank] == DROPPED ? 0 : 1;
      }
    }
    int[] first = new int[served.length + 1];
    for (int e = 0; e < served.length; e++) {
      first[e + 1] = first[e] + served[e];
    }
    int[] tokens = new int[first[served.length]];
    int[] next = first.clone();
    for (int t = 0; t < n; t++) {
      for (int rank = 0; rank < k; rank++) {
        if (rows[t][rank] != DROPPED) {
          int row = next[routing.experts()[t][rank]]++;
          rows[t][rank] = row;
          tokens[row] = t;
        }
      }
    }
    return new Dispatch(first, tokens, rows);
  }

  /**
   * C = ⌈factor · n · k / E⌉: with factor 1 an even load just fits.
   *
   * <p>A factor such as 1.1 is no double: what its rounding leaves above a whole number, within
   * 2⁻⁵⁰ of it, counts as that number.
   *
   * @throws IllegalArgumentException if the factor is not a finite number above 0
   */
  public static int capacity(double factor, Routing routing) {
    Check.positive("capacity factor", factor);
    double even = (double) routing.tokens() * routing.k() / routing.expertCount();
    return (int) Math.min(Integer.MAX_VALUE, Math.ceil(factor * even * (1 - 0x1p-50)));
  }

  /** Where expert e's rows begin; {@code first(E)} is how many rows there are. */
  public int first(int expert) {
    return first[expert];
  }

  /** How many tokens expert e serves. */
  public int served(int expert) {
    return first[expert + 1] - first[expert];
  }

  /** E, how many experts there are. */
  public int expertCount() {
    return first.length - 1;
  }

  /** n, how many tokens there are. */
  public int tokens() {
    return rows.length;
  }

  /** The row of token t's choice of that rank, or {@link #DROPPED}. */
  public int row(int token, int rank) {
    return rows[token][rank];
  }

  /** How many choices were dropped. */
  public int dropped() {
    int dropped = 0;
    for (int[] r : rows) {
      for (int row : r) {
        dropped += row == DROPPED ? 1 : 0;
      }
    }
    return dropped;
  }

  /** The tokens' rows of x in the order of the experts, [rows x d]. */
  Matrix gather(Matrix x) {
    Matrix gathered = Matrix.zeros(tokens.length, x.cols());
    for (int row = 0; row < tokens.length; row++) {
      System.arraycopy(
          x.data(), x.index(tokens[row], 0), gathered.data(), gathered.index(row, 0), x.cols());
    }
    return gathered;
  }
}

package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * Which keys a query may attend to.
 *
 * <p>Queries and keys are named by their positions, i and j, on one axis (see {@link Attention}),
 * so that one mask serves any number of either: a decoder's {@link #causal} is the same object at
 * every step. Only a {@link BooleanMask} is of one shape.
 */
public sealed interface Mask permits Band, GlobalTokens, BooleanMask, BothMasks {
  /** How much of a block of pairs is allowed. */
  enum Cover {
    /** No pair: the block can be left out. */
    NONE,
    /** Some pairs, or too costly to tell: each has to be asked for. */
    SOME,
    /** Every pair. */
    ALL
  }

  /** Whether the query at position i may attend to the key at position j. */
  boolean allowed(int i, int j);

  /**
   * What is allowed of the block of queries {@code i0..i1-1} and keys {@code j0..j1-1}, neither
   * empty. {@link Cover#NONE} and {@link Cover#ALL} are certain.
   */
  Cover cover(int i0, int i1, int j0, int j1);

  /**
   * Writes -∞ over those of the scores of query i for the keys {@code j0..j1-1}, which stand at
   * {@code scores[at]} and on, that it may not attend to.
   *
   * @return how many are left
   */
  default int forbid(int i, int j0, int j1, float[] scores, int at) {
    int left = j1 - j0;
    for (int j = j0; j < j1; j++) {
      if (!allowed(i, j)) {
        scores[at + j - j0] = Float.NEGATIVE_INFINITY;
        left--;
      }
    }
    return left;
  }

  /**
   * Checks that the mask serves n queries and m keys.
   *
   * @throws IllegalArgumentException if it is of another shape
   */
  default void checkFits(int n, int m) {}

  /** Every key: an encoder's self-attention, or cross-attention. */
  static Band full() {
    return Band.FULL;
  }

  /** The query's own position and all before it: a decoder's. */
  static Band causal() {
    return Band.CAUSAL;
  }

  /**
   * The w newest keys, <b>the query's own among them</b>: i-w+1 ... i. So w = 1 is the token alone,
   * and each layer reaches back over w-1 others.
   *
   * <p>Mind the one: Jiang et al., <i>Mistral 7B</i>, 2023, section 2, write of positions i-W to i,
   * which are W+1 keys and reach W further back a layer; that is {@code slidingWindow(W + 1)} here.
   *
   * @throws IllegalArgumentException if {@code w < 1}
   */
  static Band slidingWindow(int w) {
    return new Band(Check.positive("w", w) - 1, 0);
  }

  /**
   * A window open to both sides: i-before ... i+after, {@code before + after + 1} keys.
   *
   * @throws IllegalArgumentException if one is negative
   */
  static Band window(int before, int after) {
    return new Band(before, after);
  }

  /**
   * A window and a few global tokens, which attend to all keys and are attended to by all queries.
   *
   * @throws IllegalArgumentException if a position is negative
   */
  static GlobalTokens windowWithGlobal(Band window, int... globals) {
    return new GlobalTokens(window, globals);
  }

  /**
   * Any mask: {@code allowed[i][j]} for query i of n and key j of m. The array is copied.
   *
   * @throws IllegalArgumentException if its rows differ in length
   */
  static BooleanMask of(boolean[][] allowed) {
    return new BooleanMask(allowed);
  }

  /** Pairs that both masks allow: causal and not padding, say. */
  default Mask and(Mask other) {
    return new BothMasks(this, other);
  }
}

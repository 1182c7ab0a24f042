package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * Any mask, as a table of n x m truths. It serves exactly n queries and m keys; its row i is that
 * of query i, at position {@code m - n + i}.
 */
public final class BooleanMask implements Mask {
  private final boolean[][] allowed;
  private final int m;

  BooleanMask(boolean[][] table) {
    allowed = new boolean[table.length][];
    m = table.length == 0 ? 0 : table[0].length;
    for (int i = 0; i < table.length; i++) {
      Check.that(
          table[i].length == m,
          "row %d of the mask has %d values and row 0 has %d: all rows must be of one length",
          i,
          table[i].length,
          m);
      allowed[i] = table[i].clone();
    }
  }

  @Override
  public boolean allowed(int i, int j) {
    return allowed[i - (m - allowed.length)][j];
  }

  @Override
  public Cover cover(int i0, int i1, int j0, int j1) {
    boolean any = false;
    boolean all = true;
    for (int i = i0; i < i1; i++) {
      for (int j = j0; j < j1; j++) {
        boolean pair = allowed(i, j);
        any |= pair;
        all &= pair;
        if (any && !all) {
          return Cover.SOME;
        }
      }
    }
    return all ? Cover.ALL : Cover.NONE;
  }

  @Override
  public void checkFits(int queries, int keys) {
    // A mask of no rows has no width of its own.
    Check.that(
        queries == allowed.length && (keys == m || queries == 0),
        "the mask is %s and there are %d queries and %d keys: it must be %d x %d",
        this,
        queries,
        keys,
        queries,
        keys);
  }

  /** The shape, as in {@code 12 x 16}. */
  @Override
  public String toString() {
    return allowed.length + " x " + m;
  }
}

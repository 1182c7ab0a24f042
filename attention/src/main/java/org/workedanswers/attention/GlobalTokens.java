package org.workedanswers.attention;

import java.util.BitSet;
import org.workedanswers.core.Check;

/**
 * A window with global tokens: a pair is allowed if it is in the window, or if its query or its key
 * is a global token's.
 *
 * <p>With g global tokens among n, and windows of w keys, at most {@code n (w + 2g)} pairs are
 * attended: linear in n, and yet a global token links any two others in two layers. Source:
 * Beltagy, Peters and Cohan, <i>Longformer: The Long-Document Transformer</i>, 2020, section 3.1
 * (its global attention has projections of its own, which are its caller's business).
 *
 * <p>A causal one is {@code Mask.causal().and(…)}.
 */
public final class GlobalTokens implements Mask {
  private final Band window;
  private final BitSet globals = new BitSet();

  GlobalTokens(Band window, int... positions) {
    this.window = window;
    for (int p : positions) {
      Check.that(p >= 0, "a global token's position is %d: it must not be negative", p);
      globals.set(p);
    }
  }

  /** The window of the tokens that are not global. */
  public Band window() {
    return window;
  }

  /** Whether there is a global token at that position. */
  public boolean isGlobal(int position) {
    return position >= 0 && globals.get(position);
  }

  @Override
  public boolean allowed(int i, int j) {
    return window.allowed(i, j) || isGlobal(i) || isGlobal(j);
  }

  @Override
  public Cover cover(int i0, int i1, int j0, int j1) {
    Cover inWindow = window.cover(i0, i1, j0, j1);
    if (inWindow == Cover.ALL || all(i0, i1) || all(j0, j1)) {
      return Cover.ALL;
    }
    return inWindow == Cover.SOME || any(i0, i1) || any(j0, j1) ? Cover.SOME : Cover.NONE;
  }

  /** The window's runs between global keys; a global query may attend to all. */
  @Override
  public int forbid(int i, int j0, int j1, float[] scores, int at) {
    if (isGlobal(i)) {
      return j1 - j0;
    }
    int left = 0;
    for (int from = j0; from < j1; ) {
      int global = globals.nextSetBit(Math.max(from, 0));
      int to = global < 0 ? j1 : Math.min(global, j1);
      if (from < to) {
        left += window.forbid(i, from, to, scores, at + from - j0);
      }
      left += to < j1 ? 1 : 0;
      from = to + 1;
    }
    return left;
  }

  private boolean any(int from, int to) {
    int next = globals.nextSetBit(Math.max(from, 0));
    return next >= 0 && next < to;
  }

  private boolean all(int from, int to) {
    return from >= 0 && globals.nextClearBit(from) >= to;
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return window + " and global tokens " + globals;
  }
}

package org.workedanswers.attention;

import java.util.Arrays;
import org.workedanswers.core.Check;

/**
 * The keys {@code i-before ... i+after} for the query at position i: a band along the diagonal.
 * Full and causal attention are bands without an end on both sides or on one.
 *
 * @param before how many keys before the query's own position; {@link #UNBOUNDED} for all
 * @param after how many keys after it; {@link #UNBOUNDED} for all
 */
public record Band(int before, int after) implements Mask {
  /** As many as there are. */
  public static final int UNBOUNDED = Integer.MAX_VALUE;

  static final Band FULL = new Band(UNBOUNDED, UNBOUNDED);
  static final Band CAUSAL = new Band(UNBOUNDED, 0);

  /**
   * A band.
   *
   * @throws IllegalArgumentException if one is negative
   */
  public Band {
    Check.range("before", before, 0, UNBOUNDED);
    Check.range("after", after, 0, UNBOUNDED);
  }

  /** The first position that the query at i may attend to; less than 0 if the band begins there. */
  long first(int i) {
    return before == UNBOUNDED ? Long.MIN_VALUE : (long) i - before;
  }

  /** The last one; it may lie beyond the keys. */
  long last(int i) {
    return after == UNBOUNDED ? Long.MAX_VALUE : (long) i + after;
  }

  @Override
  public boolean allowed(int i, int j) {
    return first(i) <= j && j <= last(i);
  }

  @Override
  public Cover cover(int i0, int i1, int j0, int j1) {
    if (j1 - 1 < first(i0) || j0 > last(i1 - 1)) {
      return Cover.NONE;
    }
    return first(i1 - 1) <= j0 && j1 - 1 <= last(i0) ? Cover.ALL : Cover.SOME;
  }

  @Override
  public int forbid(int i, int j0, int j1, float[] scores, int at) {
    int from = (int) Math.min(j1, Math.max(first(i), j0));
    int to = (int) Math.max(from, Math.min(last(i), j1 - 1) + 1);
    Arrays.fill(scores, at, at + from - j0, Float.NEGATIVE_INFINITY);
    Arrays.fill(scores, at + to - j0, at + j1 - j0, Float.NEGATIVE_INFINITY);
    return to - from;
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    if (equals(FULL)) {
      return "full";
    }
    if (equals(CAUSAL)) {
      return "causal";
    }
    if (after == 0) {
      return "window of " + (before + 1L) + " keys";
    }
    return "window of " + side(before) + " keys before and " + side(after) + " after";
  }

  private static String side(int keys) {
    return keys == UNBOUNDED ? "all" : Integer.toString(keys);
  }
}

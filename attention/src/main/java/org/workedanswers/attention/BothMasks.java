package org.workedanswers.attention;

/**
 * The pairs that two masks allow.
 *
 * @param first one mask
 * @param second the other
 */
public record BothMasks(Mask first, Mask second) implements Mask {
  @Override
  public boolean allowed(int i, int j) {
    return first.allowed(i, j) && second.allowed(i, j);
  }

  @Override
  public Cover cover(int i0, int i1, int j0, int j1) {
    Cover one = first.cover(i0, i1, j0, j1);
    if (one == Cover.NONE) {
      return Cover.NONE;
    }
    Cover other = second.cover(i0, i1, j0, j1);
    return one == Cover.ALL || other == Cover.NONE ? other : Cover.SOME;
  }

  @Override
  public void checkFits(int n, int m) {
    first.checkFits(n, m);
    second.checkFits(n, m);
  }

  /** As a reader would say it. */
  @Override
  public String toString() {
    return first + ", and " + second;
  }
}

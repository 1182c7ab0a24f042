package org.workedanswers.transformer;

import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeTable;
import org.workedanswers.core.Matrix;

/**
 * {@link Rope} for a model's layers: the sines and cosines of all positions met so far, which all
 * layers and sequences share. The bits are those of {@link Rope#rotate}.
 */
public final class RotaryPositions {
  private static final int FIRST = 64;

  private final Rope rope;
  private volatile RopeTable table;

  /** By a rope's frequencies. */
  public RotaryPositions(Rope rope) {
    this.rope = rope;
    table = rope.table(FIRST);
  }

  /** d, the width of a head. */
  public int width() {
    return rope.width();
  }

  /** The angles' source. */
  public Rope rope() {
    return rope;
  }

  /** Turns the rows of x in place; row i is the token at position {@code first + i}. */
  void rotate(Matrix x, int first) {
    RopeTable t = table;
    long end = first + (long) x.rows();
    if (end > t.positions()) {
      t = rope.table((int) Math.min(Integer.MAX_VALUE, Math.max(end, 2L * t.positions())));
      table = t;
    }
    t.rotate(x, first);
  }
}

package org.workedanswers.transformer;

import java.util.function.IntFunction;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeTable;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * {@link Rope} for a model's layers: the sines and cosines of the positions met so far, which all
 * layers and sequences share. The bits are those of {@link Rope#rotate}.
 */
public final class RotaryPositions {
  private static final int FIRST = 64;

  /** Positions whose sines are kept, at most: a text without an end takes no memory for them. */
  static final int MOST = 1 << 17;

  private final Rope rope;
  private final IntFunction<Rope> byLength; // null where the angles do not grow
  private final int unchangedTo;
  private volatile RopeTable table;
  private volatile Sized sized; // of the length that was last asked for

  /** A table for sequences of one length. */
  private record Sized(int length, RopeTable table) {}

  /** By a rope's frequencies, whatever the length of a sequence. */
  public RotaryPositions(Rope rope) {
    this(rope, null, Integer.MAX_VALUE);
  }

  private RotaryPositions(Rope rope, IntFunction<Rope> byLength, int unchangedTo) {
    this.rope = rope;
    this.byLength = byLength;
    this.unchangedTo = unchangedTo;
    table = rope.table(FIRST);
  }

  /**
   * By frequencies that change with the length of the sequence: see {@link GrowingRope}.
   *
   * @param byLength the rope for a length
   * @param unchangedTo the longest length with the rope of a shorter one
   * @throws IllegalArgumentException if that is negative
   */
  public static RotaryPositions growing(IntFunction<Rope> byLength, int unchangedTo) {
    Check.range("unchangedTo", unchangedTo, 0, Integer.MAX_VALUE);
    return new RotaryPositions(byLength.apply(unchangedTo), byLength, unchangedTo);
  }

  /** d, the width of a head. */
  public int width() {
    return rope.width();
  }

  /** The angles' source; where they grow, that of short sequences. */
  public Rope rope() {
    return rope;
  }

  /** Whether the angles change with the length of the sequence. */
  boolean grows() {
    return byLength != null;
  }

  /** The longest sequence that is turned as a shorter one. */
  int unchangedTo() {
    return unchangedTo;
  }

  /** The angles of the positions 0..length-1 in a sequence of that length. */
  RopeTable table(int length) {
    Sized held = sized;
    if (held == null || held.length() != length) {
      Rope source = grows() && length > unchangedTo ? byLength.apply(length) : rope;
      held = new Sized(length, source.table(length));
      sized = held;
    }
    return held.table();
  }

  /** Turns the rows of x in place; row i is the token at position {@code first + i}. */
  void rotate(Matrix x, int first) {
    long end = first + (long) x.rows();
    if (end > MOST) {
      rope.rotate(x, first);
      return;
    }
    RopeTable t = table;
    if (end > t.positions()) {
      t = rope.table((int) Math.min(MOST, Math.max(end, 2L * t.positions())));
      table = t;
    }
    t.rotate(x, first);
  }
}

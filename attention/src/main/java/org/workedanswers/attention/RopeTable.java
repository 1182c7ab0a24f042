package org.workedanswers.attention;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * {@link Rope} with its cosines and sines kept: the same bits, and no cosine is computed twice. A
 * decoder turns queries and keys of a token once a layer, all by the same angles; a {@link
 * RollingKvCache} turns all its keys at every step.
 *
 * <pre>
 * bytes = 4 · d · positions
 * </pre>
 *
 * <p>Immutable: many threads may use it.
 */
public final class RopeTable {
  private final Rope rope;
  private final int positions;
  private final float[] cos; // [positions x d/2]
  private final float[] sin;

  RopeTable(Rope rope, int positions) {
    int half = rope.width() / 2;
    int elements = Check.elements("table", positions, half);
    KvCache.checkMemory("table", positions, 2L * Float.BYTES * elements);
    this.rope = rope;
    this.positions = positions;
    cos = new float[elements];
    sin = new float[elements];
    for (int t = 0; t < positions; t++) {
      rope.angles(t, cos, sin, t * half);
    }
  }

  /** d, the width of a head. */
  public int width() {
    return rope.width();
  }

  /** Which two columns are one point. */
  public Rope.Pairing pairing() {
    return rope.pairing();
  }

  /** How many positions it has. */
  public int positions() {
    return positions;
  }

  /**
   * Turns the rows of x in place, as {@link Rope#rotate(Matrix, int)}; row i is the token at
   * position {@code first + i}.
   *
   * @throws IllegalArgumentException if x's width is no multiple of d, or a position is not in the
   *     table
   */
  public void rotate(Matrix x, int first) {
    int d = rope.width();
    Check.that(d > 0 && x.cols() % d == 0, "x is %s: its width must be a multiple of d = %d", x, d);
    Check.that(
        first >= 0 && x.rows() <= positions - (long) first,
        "%d positions from %d on are not among the table's %d",
        x.rows(),
        first,
        positions);
    for (int i = 0; i < x.rows(); i++) {
      rope.turn(x, i, cos, sin, (first + i) * (d / 2));
    }
  }
}

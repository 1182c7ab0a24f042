package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Matrices that the layers of one pass use one after the other, so that they stay in the caches and
 * no layer takes memory anew. What stands in one is what the last layer left. For one thread.
 */
public final class Workspace {
  /** What a matrix is for; one of each is in use at a time. */
  enum Slot {
    /** Queries, keys and values side by side. */
    PROJECTIONS,
    /** The heads' outputs side by side. */
    ATTENDED,
    /** What a part adds to the stream. */
    PART,
    /** The stream, normalised. */
    NORMED,
    /** Hidden units. */
    HIDDEN
  }

  private final float[][] arrays = new float[Slot.values().length][0];

  /** With nothing in it yet. */
  public Workspace() {}

  /** A matrix of that shape, whatever stands in it. */
  Matrix get(Slot slot, int rows, int cols) {
    int elements = Check.elements("workspace", rows, cols);
    if (arrays[slot.ordinal()].length < elements) {
      arrays[slot.ordinal()] = new float[elements];
    }
    return Matrix.view(arrays[slot.ordinal()], 0, rows, cols, cols);
  }
}

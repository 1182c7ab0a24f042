package org.workedanswers.transformer;

import java.util.EnumMap;
import java.util.Map;
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

  private final Map<Slot, float[]> arrays = new EnumMap<>(Slot.class);

  /** With nothing in it yet. */
  public Workspace() {}

  /** A matrix of that shape, whatever stands in it. */
  Matrix get(Slot slot, int rows, int cols) {
    int elements = Check.elements("workspace", rows, cols);
    float[] array = arrays.get(slot);
    if (array == null || array.length < elements) {
      array = new float[elements];
      arrays.put(slot, array);
    }
    return Matrix.view(array, 0, rows, cols, cols);
  }
}

package org.workedanswers.rag;

import java.util.List;
import org.workedanswers.core.Matrix;

/** Turns texts into vectors such that texts of like meaning lie close together. */
public interface Embedder {
  /** d: how many numbers a vector has. */
  int dimension();

  /**
   * The model and its settings by name: vectors of embedders with different names can't be
   * compared. Empty where it is not known.
   */
  default String name() {
    return "";
  }

  /**
   * The texts' vectors, one a row [texts x d]; they need not be of length 1. A text gets the same
   * vector whichever others come along, up to the rounding of float.
   *
   * @throws IllegalArgumentException if a text can't be embedded, saying why
   */
  Matrix embed(List<String> texts);
}

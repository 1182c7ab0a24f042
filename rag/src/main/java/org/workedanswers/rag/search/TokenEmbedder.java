package org.workedanswers.rag.search;

import java.util.List;
import org.workedanswers.core.Matrix;

/** Turns each token of a text into a vector that knows the text around it. */
public interface TokenEmbedder {
  /** What the model is called. */
  String name();

  /**
   * A matrix a text, a row a token [tokens x d]; a text's rows are the same whichever others come
   * along, up to the rounding of float.
   *
   * @throws IllegalArgumentException if a text can't be embedded, saying why
   */
  List<Matrix> tokens(List<String> texts);
}

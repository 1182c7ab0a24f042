package org.workedanswers.transformer;

import java.util.function.Supplier;
import org.workedanswers.core.Matrix;

/** Decides what becomes of a checkpoint's matrices while a model is built: their format, say. */
@FunctionalInterface
public interface LinearMaker {
  /** All as they are stored. */
  LinearMaker STORED = layer -> layer.stored().get();

  /** The layer that takes this place; of the same shape. */
  Linear make(NamedLinear layer);

  /**
   * The table of the tokens' vectors.
   *
   * @param name the checkpoint's
   * @param weights the table [tokens x d] in float32, made anew each time
   * @param stored the table as the model has it otherwise
   */
  default TokenTable table(String name, Supplier<Matrix> weights, Supplier<TokenTable> stored) {
    return stored.get();
  }
}

package org.workedanswers.rag;

import java.util.List;
import java.util.function.Function;
import org.workedanswers.core.Matrix;

/**
 * An embedder for tests, by a rule that a reader can follow.
 *
 * @param dimension how many numbers the rule gives
 * @param rule a text's numbers
 */
public record TextEmbedder(int dimension, Function<String, float[]> rule) implements Embedder {
  @Override
  public Matrix embed(List<String> texts) {
    Matrix m = Matrix.zeros(texts.size(), dimension);
    for (int i = 0; i < texts.size(); i++) {
      System.arraycopy(rule.apply(texts.get(i)), 0, m.data(), m.index(i, 0), dimension);
    }
    return m;
  }
}

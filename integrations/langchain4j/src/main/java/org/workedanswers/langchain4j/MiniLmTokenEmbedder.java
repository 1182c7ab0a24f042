package org.workedanswers.langchain4j;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.search.TokenEmbedder;

/**
 * MiniLM's vectors of a text's tokens: the last layer's, each divided by its length.
 *
 * <p>[CLS] and [SEP] are left out, since they stand in every text and say nothing of a word. As
 * with {@link MiniLmModel} a text is cut after 256 tokens, those two among them, so it has 254 rows
 * at most, of {@value MiniLmModel#DIMENSION} numbers; a text without a token has none. The model
 * was trained for the mean of these vectors, not for late interaction as ColBERT was.
 *
 * @param model what runs
 */
record MiniLmTokenEmbedder(MiniLmModel model) implements TokenEmbedder {
  /** [CLS] ahead of a text and [SEP] behind it. */
  private static final int MARKS = 2;

  @Override
  public String name() {
    return model.modelName() + " tokens";
  }

  @Override
  public List<Matrix> tokens(List<String> texts) {
    Matrix[] matrices = new Matrix[texts.size()];
    model.run(texts, (text, n, vectors) -> matrices[text] = rows(vectors, n));
    return List.copyOf(Arrays.asList(matrices));
  }

  private static Matrix rows(FloatBuffer vectors, int n) {
    int d = MiniLmModel.DIMENSION;
    Matrix m = Matrix.zeros(n - MARKS, d);
    vectors.get(d, m.data(), 0, m.rows() * d);
    for (int i = 0; i < m.rows(); i++) {
      double squares = 0;
      for (int j = 0; j < d; j++) {
        squares += (double) m.get(i, j) * m.get(i, j);
      }
      float scale = squares == 0 ? 0 : (float) (1 / Math.sqrt(squares));
      for (int j = 0; j < d; j++) {
        m.set(i, j, m.get(i, j) * scale);
      }
    }
    return m;
  }
}

package org.workedanswers.embeddings;

import org.workedanswers.core.Matrix;

/** How the vectors of a text's tokens t₁ ... tₙ [n x d] become one. */
public enum Pooling {
  /**
   * (t₁ + ... + tₙ) / n, [CLS] and [SEP] among them: all-MiniLM-L6-v2's. Source: Reimers and
   * Gurevych, <i>Sentence-BERT</i>, 2019, section 3.
   */
  MEAN {
    @Override
    void pool(Matrix tokens, double[] into) {
      for (int i = 0; i < tokens.rows(); i++) {
        int at = tokens.index(i, 0);
        for (int j = 0; j < into.length; j++) {
          into[j] += tokens.data()[at + j];
        }
      }
      for (int j = 0; j < into.length; j++) {
        into[j] /= tokens.rows();
      }
    }
  },
  /** t₁, that of [CLS]: bge's. Source: Xiao et al., <i>C-Pack</i>, 2023, section 3.2. */
  FIRST {
    @Override
    void pool(Matrix tokens, double[] into) {
      for (int j = 0; j < into.length; j++) {
        into[j] = tokens.get(0, j);
      }
    }
  };

  /** Writes the one vector to an array of d zeros; there is at least one token. */
  abstract void pool(Matrix tokens, double[] into);
}

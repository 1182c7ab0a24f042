package org.workedanswers.rag;

import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Random vectors that lie in clusters, as embeddings of texts do. */
final class Clusters {
  private Clusters() {}

  /**
   * Documents and, from the same clusters, queries: two matrices of d columns, rows of any length.
   */
  static Matrix[] documentsAndQueries(long seed, int n, int m, int d) {
    SeededRandom random = new SeededRandom(seed);
    Matrix centres = random.gaussian(1 + n / 50, d, 1);
    return new Matrix[] {around(random, centres, n), around(random, centres, m)};
  }

  private static Matrix around(SeededRandom random, Matrix centres, int n) {
    Matrix vectors = random.gaussian(n, centres.cols(), 0.7);
    for (int i = 0; i < n; i++) {
      int centre = random.below(centres.rows());
      for (int j = 0; j < centres.cols(); j++) {
        vectors.set(i, j, vectors.get(i, j) + centres.get(centre, j));
      }
    }
    return vectors;
  }
}

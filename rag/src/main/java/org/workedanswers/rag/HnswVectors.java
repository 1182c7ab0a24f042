package org.workedanswers.rag;

import java.util.Arrays;
import org.workedanswers.core.Kernels;
import org.workedanswers.rag.DenseIndex.Similarity;

/**
 * The embeddings of an {@link HnswIndex}, one after the other in one array [n x d], as they are
 * compared: for the cosine each is divided by its length. So a score is one dot product. Walks
 * compare {@link HnswCodes}; the scores of what they find are taken here.
 */
final class HnswVectors {
  private final Kernels kernels;
  private final Similarity similarity;
  private final int dimension;
  private float[] data = {};

  HnswVectors(Kernels kernels, Similarity similarity, int dimension) {
    this.kernels = kernels;
    this.similarity = similarity;
    this.dimension = dimension;
  }

  /** Makes room for {@code capacity} vectors. */
  void room(int capacity) {
    data = Arrays.copyOf(data, capacity * dimension);
  }

  float[] data() {
    return data;
  }

  /** Where a vector begins. */
  int offset(int i) {
    return i * dimension;
  }

  /**
   * Checks the vector x and writes the form in which it is compared.
   *
   * @throws IllegalArgumentException as {@link Norms#norm} does
   */
  void prepare(String what, int number, float[] x, int xo, float[] y, int yo) {
    double norm = Norms.norm(what, number, x, xo, dimension);
    if (similarity == Similarity.DOT || norm == 0) {
      System.arraycopy(x, xo, y, yo, dimension);
      return;
    }
    double inverse = 1 / norm;
    for (int j = 0; j < dimension; j++) {
      y[yo + j] = (float) (x[xo + j] * inverse);
    }
  }

  /** Whether vector i could have come from {@link #prepare}. */
  boolean isPrepared(int i) {
    double norm = Norms.norm("document", i, data, offset(i), dimension);
    return similarity == Similarity.DOT || norm == 0 || Math.abs(norm - 1) < 1e-5;
  }

  /** scores[i] = q · vector that begins at offsets[i], for the first {@code count}. */
  void scores(float[] q, int[] offsets, int count, float[] scores) {
    kernels.dots(count, dimension, q, 0, data, offsets, scores);
  }

  /** Whether two vectors are the same, bit for bit. */
  boolean same(int i, int j) {
    int a = offset(i);
    int b = offset(j);
    return Arrays.equals(data, a, a + dimension, data, b, b + dimension);
  }
}

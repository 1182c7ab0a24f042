package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.rag.DenseIndex.Similarity;

/** Exact search held against sorting all scores in double precision. */
class DenseIndexTest {
  private static final List<Kernels> KERNELS = List.of(PlainKernels.PLAIN, KernelsChoice.best());

  @Test
  void findsWhatSortingAllFindsOverAwkwardSizes() {
    SeededRandom random = new SeededRandom(1);
    int[] sizes = {1, 2, 3, 7, 17, 31, 33, 64, 65, 207};
    try (Threads threads = Threads.of(2)) {
      for (int n : sizes) {
        for (int dimension : new int[] {1, 2, 3, 17, 64, 65, 384}) {
          Matrix documents = view(random, n, dimension);
          Matrix queries = view(random, 1 + random.below(9), dimension);
          int k = 1 + random.below(n + 3);
          for (Similarity similarity : Similarity.values()) {
            for (Kernels kernels : KERNELS) {
              DenseIndex index = new DenseIndex(kernels, threads, documents, similarity);
              assertBest(index.search(queries, k), queries, documents, similarity, k);
            }
          }
        }
      }
    }
  }

  /** Rows inside a larger array, some of them zero, one twice. */
  private static Matrix view(SeededRandom random, int rows, int cols) {
    Matrix all = random.gaussian(rows + 2, cols + 3, 1 + 3 * random.uniform());
    Matrix view = all.rows(1, rows + 1).columns(2, cols + 2);
    if (rows > 2) {
      view.rows(1, 2).fill(0);
      view.rows(rows - 1, rows).set(view.rows(0, 1));
    }
    return view;
  }

  private static void assertBest(
      List<List<Hit>> found, Matrix queries, Matrix documents, Similarity similarity, int k) {
    assertEquals(queries.rows(), found.size());
    for (int q = 0; q < queries.rows(); q++) {
      double[] scores = new double[documents.rows()];
      double largest = 0;
      for (int d = 0; d < scores.length; d++) {
        scores[d] = score(queries.row(q), documents.row(d), similarity);
        largest = Math.max(largest, size(queries.row(q), documents.row(d), similarity));
      }
      List<Integer> sorted = new ArrayList<>();
      for (int d = 0; d < scores.length; d++) {
        sorted.add(d);
      }
      sorted.sort(Comparator.comparingDouble((Integer d) -> -scores[d]));
      List<Hit> hits = found.get(q);
      assertEquals(Math.min(k, scores.length), hits.size());
      double tolerance = queries.cols() * 0x1p-22 * largest;
      for (int i = 0; i < hits.size(); i++) {
        Hit hit = hits.get(i);
        assertEquals(scores[hit.document()], hit.score(), tolerance);
        assertEquals(scores[sorted.get(i)], hit.score(), tolerance);
        if (i > 0) {
          Hit before = hits.get(i - 1);
          assertTrue(
              before.score() > hit.score()
                  || (before.score() == hit.score() && before.document() < hit.document()));
        }
      }
    }
  }

  private static double score(float[] q, float[] d, Similarity similarity) {
    double dot = 0;
    double qq = 0;
    double dd = 0;
    for (int i = 0; i < q.length; i++) {
      dot += (double) q[i] * d[i];
      qq += (double) q[i] * q[i];
      dd += (double) d[i] * d[i];
    }
    if (similarity == Similarity.DOT) {
      return dot;
    }
    return qq == 0 || dd == 0 ? 0 : dot / Math.sqrt(qq) / Math.sqrt(dd);
  }

  /** Σ|qᵢdᵢ| in the score's scale: what float's error is relative to. */
  private static double size(float[] q, float[] d, Similarity similarity) {
    if (similarity == Similarity.COSINE) {
      return 1;
    }
    double sum = 0;
    for (int i = 0; i < q.length; i++) {
      sum += Math.abs((double) q[i] * d[i]);
    }
    return sum;
  }

  @Test
  void aQueryAloneGetsTheBitsItGetsAmongOthers() {
    SeededRandom random = new SeededRandom(2);
    Matrix documents = random.gaussian(207, 65, 1);
    Matrix queries = random.gaussian(33, 65, 1);
    for (Kernels kernels : KERNELS) {
      DenseIndex index = new DenseIndex(kernels, Loop.sequential(), documents, Similarity.COSINE);
      List<List<Hit>> together = index.search(queries, 10);
      for (int q = 0; q < queries.rows(); q++) {
        assertEquals(together.get(q), index.search(queries.row(q), 10));
      }
    }
  }

  @Test
  void moreQueriesAndDocumentsThanOneBlockHolds() {
    SeededRandom random = new SeededRandom(3);
    Matrix documents = random.gaussian(1025, 3, 1); // a block holds 256, and 32 queries
    Matrix queries = random.gaussian(97, 3, 1);
    try (Threads threads = Threads.of(2)) {
      DenseIndex index = new DenseIndex(PlainKernels.PLAIN, threads, documents, Similarity.COSINE);
      List<List<Hit>> found = index.search(queries, 2);
      for (int q = 0; q < queries.rows(); q++) {
        assertEquals(index.search(queries.row(q), 2), found.get(q));
      }
    }
  }

  /** Without the limit the cosine of many a vector with itself is a rounding above 1. */
  @Test
  void noCosineIsBeyondOne() {
    SeededRandom random = new SeededRandom(4);
    Matrix documents = random.gaussian(200, 7, 1);
    Matrix opposite = documents.copy();
    PlainKernels.PLAIN.axpy(1400, -2, documents.data(), 0, opposite.data(), 0);
    for (Kernels kernels : KERNELS) {
      DenseIndex index = new DenseIndex(kernels, Loop.sequential(), documents, Similarity.COSINE);
      for (int q = 0; q < 200; q++) {
        assertEquals(1, index.search(documents.row(q), 1).get(0).score(), 1e-6);
        assertTrue(index.search(documents.row(q), 1).get(0).score() <= 1);
        assertTrue(index.search(opposite.row(q), 200).get(199).score() >= -1);
      }
    }
  }

  @Test
  void equalScoresComeInTheOrderOfTheirNumbers() {
    Matrix documents = Matrix.zeros(50, 4);
    documents.fill(1);
    documents.rows(30, 31).fill(-1);
    DenseIndex index =
        new DenseIndex(PlainKernels.PLAIN, Loop.sequential(), documents, Similarity.COSINE);
    List<Hit> hits = index.search(new float[] {1, 2, 3, 4}, 50);
    for (int i = 0; i < 49; i++) {
      assertEquals(i < 30 ? i : i + 1, hits.get(i).document());
    }
    assertEquals(30, hits.get(49).document());
  }

  @Test
  void noQueriesFindNothing() {
    DenseIndex index = index(new float[][] {{1, 2}});
    assertEquals(List.of(), index.search(Matrix.zeros(0, 2), 5));
    assertEquals(1, index.size());
    assertEquals(2, index.dimension());
  }

  @Test
  void badInputIsNamed() {
    Bm25Test.assertMessage(
        "the embeddings are 0 x 3: an index needs at least one document and one dimension",
        () -> index(new float[0][0], 3));
    Bm25Test.assertMessage(
        "document 1 has NaN at dimension 0: it must be finite",
        () -> index(new float[][] {{1, 2}, {Float.NaN, 0}}));
    Bm25Test.assertMessage(
        "document 0 has length 1.1805916207174113E21: it must be 0, or 1.0E-15 to 1.0E15 for products in float",
        () -> index(new float[][] {{0x1p70f}}));
    DenseIndex index = index(new float[][] {{1, 2}});
    Bm25Test.assertMessage(
        "a query has 3 dimensions and a document 2: both must come from one model",
        () -> index.search(new float[3], 1));
    Bm25Test.assertMessage(
        "query 0 has -Infinity at dimension 1: it must be finite",
        () -> index.search(new float[] {0, Float.NEGATIVE_INFINITY}, 1));
    Bm25Test.assertMessage(
        "k is 0: it must be at least 1", () -> index.search(new float[] {1, 1}, 0));
  }

  private static DenseIndex index(float[][] embeddings) {
    return new DenseIndex(
        PlainKernels.PLAIN, Loop.sequential(), Matrix.of(embeddings), Similarity.COSINE);
  }

  private static void index(float[][] embeddings, int cols) {
    new DenseIndex(
        PlainKernels.PLAIN,
        Loop.sequential(),
        Matrix.zeros(embeddings.length, cols),
        Similarity.DOT);
  }
}

package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Search through bytes held against search in float: the same documents, order and bits. */
class Int8DenseIndexTest {
  private static final List<Kernels> KERNELS = List.of(PlainKernels.PLAIN, KernelsChoice.best());

  @Test
  void hitsAreThoseOfTheExactSearch() {
    SeededRandom random = new SeededRandom(1);
    try (Threads threads = Threads.of(2)) {
      for (int n : new int[] {1, 2, 3, 7, 17, 33, 65, 207, 1025}) {
        for (int dimension : new int[] {1, 2, 3, 17, 31, 33, 64, 207}) {
          Matrix documents = vectors(random, n, dimension);
          Matrix queries = vectors(random, 1 + random.below(4), dimension);
          int k = 1 + random.below(12);
          for (Similarity similarity : Similarity.values()) {
            for (Kernels kernels : KERNELS) {
              DenseIndex exact = new DenseIndex(kernels, threads, documents, similarity);
              Int8DenseIndex bytes = new Int8DenseIndex(exact);
              assertEquals(exact.search(queries, k), bytes.search(queries, k));
            }
          }
        }
      }
    }
  }

  /** Rows inside a larger array, of lengths far apart; one zero, some twice, some nearly so. */
  private static Matrix vectors(SeededRandom random, int rows, int cols) {
    Matrix view = random.gaussian(rows + 2, cols + 3, 1).rows(1, rows + 1).columns(2, cols + 2);
    for (int i = 0; i < rows; i++) {
      float factor = (float) Math.exp(random.uniform(-3, 3));
      int twin = random.below(i + 1);
      for (int j = 0; j < cols; j++) {
        float x = random.below(9) == 0 ? 0 : view.get(i, j) * factor;
        view.set(i, j, i % 3 == 1 ? view.get(twin, j) * (1 + (i % 2) * 1e-6f) : x);
      }
    }
    if (rows > 2) {
      view.rows(1, 2).fill(0);
    }
    return view;
  }

  @Test
  void fewDocumentsAreComparedInFloat() {
    SeededRandom random = new SeededRandom(2);
    Matrix documents = random.gaussian(5000, 64, 1);
    DenseIndex exact =
        new DenseIndex(KernelsChoice.best(), Loop.sequential(), documents, Similarity.COSINE);
    Int8DenseIndex bytes = new Int8DenseIndex(exact);
    int compared = 0;
    for (int q = 0; q < 10; q++) {
      float[] query = random.gaussian(1, 64, 1).data();
      assertEquals(exact.search(query, 10), bytes.search(query, 10));
      compared += bytes.compared();
    }
    assertTrue(compared < 10 * 100, compared / 10 + " of 5000 were compared");
    assertEquals(5000, bytes.size());
    assertEquals(64, bytes.dimension());
  }

  /** Nothing tells them apart, so all are compared. */
  @Test
  void equalDocumentsComeInTheOrderOfTheirNumbers() {
    Matrix documents = Matrix.zeros(3000, 5);
    documents.fill(2);
    Int8DenseIndex bytes =
        new Int8DenseIndex(
            new DenseIndex(PlainKernels.PLAIN, Loop.sequential(), documents, Similarity.COSINE));
    List<Hit> hits = bytes.search(new float[] {1, 2, 3, 4, 5}, 3);
    assertEquals(List.of(0, 1, 2), hits.stream().map(Hit::document).toList());
    assertEquals(3000, bytes.compared());
    assertEquals(3000, bytes.search(new float[5], 5000).size());
  }

  @Test
  void vectorsInBytesAreShortEnoughAndTheirErrorIsWhatTheySay() {
    SeededRandom random = new SeededRandom(3);
    for (int n : new int[] {1, 2, 3, 33, 384, 5000, 70_000}) {
      Matrix x = random.gaussian(4, n, 2);
      x.set(1, 0, 1e6f); // one number of much weight
      x.rows(2, 3).fill(0);
      x.rows(3, 4).fill(1); // all rounded alike, up or down
      Int8Vectors rounded = new Int8Vectors("x", x);
      for (int i = 0; i < 4; i++) {
        double norm = 0;
        double off = 0;
        long squares = 0;
        for (int j = 0; j < n; j++) {
          byte code = rounded.bytes[i * n + j];
          double back = rounded.scales[i] * code;
          assertTrue(Math.abs(back - x.get(i, j)) <= rounded.scales[i] * 0.5 * (1 + 1e-12));
          norm += (double) x.get(i, j) * x.get(i, j);
          off += (back - x.get(i, j)) * (back - x.get(i, j));
          squares += (long) code * code;
        }
        assertTrue(squares < 1 << 15, "the square is " + squares);
        assertEquals(Math.sqrt(norm), rounded.norms[i], 1e-9 * Math.sqrt(norm));
        assertEquals(Math.sqrt(off), rounded.residuals[i], 1e-9 * Math.sqrt(norm));
      }
    }
  }

  /** All bytes of a vector point the same way, so the sum is as large as it can become. */
  @Test
  void theLargestProductOfBytesFits() {
    for (int n : new int[] {2, 3, 4, 5, 384, 1537}) {
      Matrix documents = Matrix.zeros(40, n);
      documents.fill(0.7f);
      documents.rows(3, 9).fill(-0.7f);
      DenseIndex exact =
          new DenseIndex(KernelsChoice.best(), Loop.sequential(), documents, Similarity.DOT);
      Matrix query = documents.rows(0, 1);
      assertEquals(exact.search(query, 35), new Int8DenseIndex(exact).search(query, 35));
    }
  }

  @Test
  void badInputIsNamed() {
    Int8DenseIndex bytes =
        new Int8DenseIndex(
            new DenseIndex(
                PlainKernels.PLAIN, Loop.sequential(), Matrix.zeros(2, 3), Similarity.DOT));
    Bm25Test.assertMessage(
        "a query has 2 dimensions and a document 3: both must come from one model",
        () -> bytes.search(new float[2], 1));
    Bm25Test.assertMessage("k is 0: it must be at least 1", () -> bytes.search(new float[3], 0));
  }
}

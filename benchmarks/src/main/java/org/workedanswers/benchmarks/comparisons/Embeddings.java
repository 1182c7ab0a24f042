package org.workedanswers.benchmarks.comparisons;

import java.util.List;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.HnswIndex;
import org.workedanswers.rag.HnswSettings;

/**
 * Vectors as a model of sentences gives them: of 384 columns and length 1, but spread over 32
 * directions for the most part, and queries of the same kind. Independent columns would leave a
 * graph nothing to follow: all distances would be alike.
 *
 * @param documents the collection, [n x 384]
 * @param queries the queries, [q x 384]
 */
public record Embeddings(Matrix documents, Matrix queries) {
  /** How many documents are searched. */
  public static final int DOCUMENTS = 100_000;

  /** How many queries a call asks. */
  public static final int QUERIES = 200;

  /** Columns of a vector. */
  public static final int DIMENSION = 384;

  /** How many neighbours a query asks for. */
  public static final int TOP = 10;

  /** M and efConstruction of all graphs, ours and peers'. */
  public static final HnswSettings GRAPH = new HnswSettings(DenseIndex.Similarity.DOT, 16, 100, 1);

  private static final int DIRECTIONS = 32;
  private static final double NOISE = 0.1;

  /** The vectors of all comparisons. */
  public static Embeddings random() {
    SeededRandom random = new SeededRandom(16);
    Matrix directions = random.gaussian(DIRECTIONS, DIMENSION, 1 / Math.sqrt(DIMENSION));
    return new Embeddings(
        vectors(random, DOCUMENTS, directions), vectors(random, QUERIES, directions));
  }

  private static Matrix vectors(SeededRandom random, int count, Matrix directions) {
    Matrix vectors =
        random.gaussian(count, DIMENSION, NOISE * Math.sqrt(1.0 * DIRECTIONS / DIMENSION));
    Matrix weights = random.gaussian(count, DIRECTIONS, 1);
    Kernels kernels = KernelsChoice.best();
    for (int i = 0; i < count; i++) {
      for (int d = 0; d < DIRECTIONS; d++) {
        kernels.axpy(
            DIMENSION,
            weights.get(i, d),
            directions.data(),
            directions.index(d, 0),
            vectors.data(),
            vectors.index(i, 0));
      }
      float[] row = vectors.data();
      int from = vectors.index(i, 0);
      double length = Math.sqrt(kernels.dot(DIMENSION, row, from, row, from));
      for (int j = from; j < from + DIMENSION; j++) {
        row[j] = (float) (row[j] / length);
      }
    }
    return vectors;
  }

  /** Exact search over the documents, on a loop's threads. */
  public DenseIndex exact(Loop loop) {
    return new DenseIndex(Ours.kernels(), loop, documents, DenseIndex.Similarity.DOT);
  }

  /** A graph over the documents, built on a loop's threads. */
  public HnswIndex graph(Loop loop) {
    return HnswIndex.of(Ours.kernels(), loop, documents, GRAPH);
  }

  /** The documents nearest to each query, exactly. */
  public int[][] nearest() {
    return documents(exact(Loop.sequential()).search(queries, TOP));
  }

  /** The documents of hits. */
  public static int[][] documents(List<List<Hit>> hits) {
    return hits.stream()
        .map(list -> list.stream().mapToInt(Hit::document).toArray())
        .toArray(int[][]::new);
  }

  /** The share of the nearest documents that were found. */
  public static double recall(int[][] nearest, int[][] found) {
    int hits = 0;
    int of = 0;
    for (int q = 0; q < nearest.length; q++) {
      for (int document : nearest[q]) {
        of++;
        for (int candidate : found[q]) {
          if (candidate == document) {
            hits++;
          }
        }
      }
    }
    return (double) hits / of;
  }
}

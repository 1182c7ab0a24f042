package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * Exact search among embeddings: every document is compared with the query, so nothing is missed.
 *
 * <pre>
 *   DOT:     score(q, d) = q · d
 *   COSINE:  score(q, d) = q · d / (‖q‖ ‖d‖)     0 where a vector is all zeros
 * </pre>
 *
 * For n documents and m queries of dimension d, n · m · d multiply-adds in float; a cosine that
 * rounding carries past 1 or -1 is set to that. One query costs what it costs to read all documents
 * from memory: {@link Int8DenseIndex} reads a quarter of that and finds the same. The embeddings
 * are not copied; they must not change afterwards.
 */
public final class DenseIndex {
  /** How like a query a document is. */
  public enum Similarity {
    /** The cosine of their angle, -1 to 1: length does not count. */
    COSINE,
    /** The dot product: for models that were trained with it, or vectors of length 1. */
    DOT
  }

  /** Queries of a block: they share what is read of the documents. */
  private static final int QUERIES = 32;

  /** Products that are taken before their scores are looked at: few enough to stay in the cache. */
  private static final int PRODUCTS = 256 * QUERIES;

  private static final ThreadLocal<float[]> DOTS =
      ThreadLocal.withInitial(() -> new float[PRODUCTS]);

  private final Kernels kernels;
  private final Loop loop;
  private final Matrix embeddings;
  private final Similarity similarity;
  private final double[] inverseNorms;
  private final double largest; // what rounding must not pass

  /**
   * An index over embeddings; row i is document i.
   *
   * @param kernels what products are computed with
   * @param loop the threads that queries are shared out over
   * @param embeddings [n x d]
   * @throws IllegalArgumentException if there are none, a number is NaN or infinite, or a vector's
   *     length is neither 0 nor in 10⁻¹⁵..10¹⁵
   */
  public DenseIndex(Kernels kernels, Loop loop, Matrix embeddings, Similarity similarity) {
    Check.that(
        embeddings.rows() > 0 && embeddings.cols() > 0,
        "the embeddings are %d x %d: an index needs at least one document and one dimension",
        embeddings.rows(),
        embeddings.cols());
    this.kernels = kernels;
    this.loop = loop;
    this.embeddings = embeddings;
    this.similarity = similarity;
    this.inverseNorms = inverseNorms("document", embeddings);
    this.largest = similarity == Similarity.COSINE ? 1 : Double.POSITIVE_INFINITY;
  }

  /** n: how many documents there are. */
  public int size() {
    return embeddings.rows();
  }

  /** d: how many numbers an embedding has. */
  public int dimension() {
    return embeddings.cols();
  }

  /** The k documents that are most like one query; see {@link #search(Matrix, int)}. */
  public List<Hit> search(float[] query, int k) {
    return search(Matrix.wrap(query, 1, query.length), k).get(0);
  }

  /**
   * For each query the k documents that are most like it, the best first.
   *
   * @param queries [m x d]
   * @param k how many documents are wanted; fewer if there are fewer
   * @throws IllegalArgumentException if {@code k < 1}, the queries are of another dimension, or
   *     their numbers are not as the documents' must be
   */
  public List<List<Hit>> search(Matrix queries, int k) {
    double[] queryNorms = checked(queries, k);
    int shared = (queries.rows() + loop.threads() - 1) / loop.threads();
    int block = Math.max(1, Math.min(QUERIES, shared));
    int blocks = (queries.rows() + block - 1) / block;
    List<List<Hit>> found = Arrays.asList(hits(queries.rows()));
    loop.forEach(
        blocks,
        i -> {
          int from = i * block;
          int to = Math.min(from + block, queries.rows());
          TopHits[] tops = search(queries.rows(from, to), from, queryNorms, k);
          for (int q = from; q < to; q++) {
            found.set(q, tops[q - from].best());
          }
        });
    return found;
  }

  /** Checks k and the queries; returns 1/‖q‖ for the cosine, 1 for the dot product. */
  double[] checked(Matrix queries, int k) {
    Check.positive("k", k);
    Check.that(
        queries.cols() == dimension(),
        "a query has %d dimensions and a document %d: both must come from one model",
        queries.cols(),
        dimension());
    return inverseNorms("query", queries);
  }

  @SuppressWarnings("unchecked")
  static List<Hit>[] hits(int count) {
    return (List<Hit>[]) new List<?>[count];
  }

  /** The best of all documents for a block of queries, the first of which is query {@code from}. */
  private TopHits[] search(Matrix block, int from, double[] queryNorms, int k) {
    TopHits[] tops = new TopHits[block.rows()];
    Arrays.setAll(tops, q -> new TopHits(k, size()));
    int some = PRODUCTS / block.rows();
    for (int rest = size(); rest > 0; rest -= some) { // counts down: up it could overflow
      int first = size() - rest;
      Matrix documents = embeddings.rows(first, first + Math.min(some, rest));
      Matrix dots = // q · d   [block x documents]
          Matrix.view(DOTS.get(), 0, block.rows(), documents.rows(), documents.rows());
      kernels.gemm(1, block, Op.N, documents, Op.T, 0, dots);
      for (int q = 0; q < tops.length; q++) {
        best(dots, q, first, queryNorms[from + q], tops[q]);
      }
    }
    return tops;
  }

  private void best(Matrix dots, int q, int first, double queryNorm, TopHits top) {
    float[] row = dots.data();
    double[] inverse = inverseNorms;
    int at = dots.index(q, 0);
    int n = dots.cols();
    double least = top.least();
    for (int j = 0; j < n; j++) {
      double score = row[at + j] * (queryNorm * inverse[first + j]);
      if (score >= least) { // seldom
        top.offer(first + j, bounded(score));
        least = top.least();
      }
    }
  }

  /**
   * Offers some documents alone, with the scores that {@link #search} gives them.
   *
   * @param query [1 x d]
   * @param documents their numbers, the first {@code count} of them
   * @param rows room for rows of documents [any x d]
   */
  void offer(Matrix query, double queryNorm, int[] documents, int count, Matrix rows, TopHits top) {
    for (int first = 0; first < count; first += rows.rows()) {
      int some = Math.min(rows.rows(), count - first);
      for (int i = 0; i < some; i++) {
        int from = embeddings.index(documents[first + i], 0);
        System.arraycopy(embeddings.data(), from, rows.data(), rows.index(i, 0), dimension());
      }
      Matrix dots = Matrix.view(DOTS.get(), 0, 1, some, some);
      kernels.gemm(1, query, Op.N, rows.rows(0, some), Op.T, 0, dots);
      for (int i = 0; i < some; i++) {
        int d = documents[first + i];
        top.offer(d, bounded(dots.data()[i] * (queryNorm * inverseNorms[d])));
      }
    }
  }

  Kernels kernels() {
    return kernels;
  }

  Loop loop() {
    return loop;
  }

  Matrix embeddings() {
    return embeddings;
  }

  /** 1/‖d‖ for the cosine, 1 for the dot product. */
  double inverseNorm(int document) {
    return inverseNorms[document];
  }

  private double bounded(double score) {
    return score > largest ? largest : score < -largest ? -largest : score;
  }

  /** 1/‖row‖ for the cosine, 0 for a row of zeros; 1 for the dot product. */
  private double[] inverseNorms(String what, Matrix m) {
    double[] inverse = new double[m.rows()];
    for (int i = 0; i < m.rows(); i++) {
      double norm = Norms.norm(what, i, m.data(), m.index(i, 0), m.cols());
      inverse[i] = similarity == Similarity.DOT ? 1 : norm == 0 ? 0 : 1 / norm;
    }
    return inverse;
  }
}

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
 * For n documents and m queries of dimension d, n · m · d multiply-adds in float. The embeddings
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

  /** Scores of a block of queries that are held at a time. */
  private static final int BLOCK = 1 << 20;

  private final Kernels kernels;
  private final Loop loop;
  private final Matrix embeddings;
  private final Similarity similarity;
  private final double[] inverseNorms;

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
    Check.positive("k", k);
    Check.that(
        queries.cols() == dimension(),
        "a query has %d dimensions and a document %d: both must come from one model",
        queries.cols(),
        dimension());
    double[] queryNorms = inverseNorms("query", queries);
    int block = Math.max(1, BLOCK / size());
    int blocks = (queries.rows() + block - 1) / block;
    List<List<Hit>> found = Arrays.asList(hits(queries.rows()));
    loop.forEach(
        blocks,
        i -> {
          int from = i * block;
          int to = Math.min(from + block, queries.rows());
          Matrix dots = Matrix.zeros(to - from, size()); // q · d   [block x n]
          kernels.gemm(1, queries.rows(from, to), Op.N, embeddings, Op.T, 0, dots);
          for (int q = from; q < to; q++) {
            found.set(q, best(dots.rows(q - from, q - from + 1), queryNorms[q], k));
          }
        });
    return found;
  }

  @SuppressWarnings("unchecked")
  private static List<Hit>[] hits(int count) {
    return (List<Hit>[]) new List<?>[count];
  }

  private List<Hit> best(Matrix dots, double queryNorm, int k) {
    TopHits top = new TopHits(k, size());
    for (int d = 0; d < size(); d++) {
      top.offer(d, dots.data()[dots.index(0, d)] * (queryNorm * inverseNorms[d]));
    }
    return top.best();
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

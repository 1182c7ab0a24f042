package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/**
 * {@link DenseIndex} that reads a quarter of the memory and finds the same: a scan of the documents
 * in bytes leaves a few that could be among the best, and these alone are compared in float.
 *
 * <pre>
 *   q = s q̂ + r,  d = t d̂ + u          q̂, d̂ in bytes; r, u: what rounding left over
 *   |q · d - s t q̂ · d̂|  ≤  ‖q‖ ‖u‖ + ‖r‖ ‖u‖ + ‖r‖ ‖d‖          (Cauchy and Schwarz)
 * </pre>
 *
 * So every document has a score by bytes and a margin around it. Those whose score plus margin does
 * not reach the k-th best score minus margin can't be among the k best. The margin has room for the
 * rounding of float products too, so hits and scores are those of {@link DenseIndex#search} bit for
 * bit, with kernels that sum by the inner size alone.
 *
 * <p>With embeddings of a few hundred dimensions some hundred of 100 000 documents are compared in
 * float. The more documents have scores within the margin of the k-th best, the more: all of them,
 * if all are alike.
 *
 * <p>The scheme is the VA-file's: R. Weber, H.-J. Schek and S. Blott, <i>A Quantitative Analysis
 * and Performance Study for Similarity-Search Methods in High-Dimensional Spaces</i>, VLDB 1998,
 * section 4, with bytes and a scale for a vector in place of a grid.
 */
public final class Int8DenseIndex {
  /** Documents whose products are taken at a time. */
  private static final int DOCUMENTS = 1024;

  /** Documents that are compared in float at a time. */
  private static final int ROWS = 64;

  private final DenseIndex exact;
  private final byte[] bytes; // d̂   [n x d]
  private final float[] scales; // t
  private final float[] residuals; // ‖u‖
  private final float[] norms; // ‖d‖, all four times 1/‖d‖ for the cosine
  private final double epsilon;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /**
   * Rounds the documents of an index; the index keeps them in float.
   *
   * @throws IllegalArgumentException if the dimension passes {@link Kernels#MAX_INT8_DOT}
   */
  public Int8DenseIndex(DenseIndex exact) {
    Check.range("dimension", exact.dimension(), 1, Kernels.MAX_INT8_DOT);
    this.exact = exact;
    Int8Vectors rounded = new Int8Vectors("documents in bytes", exact.embeddings());
    bytes = rounded.bytes;
    scales = times(rounded.scales);
    residuals = times(rounded.residuals);
    norms = times(rounded.norms);
    // A float product's error as in Kernels, and that of the floats above and of the sums below.
    epsilon = (exact.dimension() + 16) * 0x1p-23;
  }

  private float[] times(double[] x) {
    float[] y = new float[x.length];
    for (int d = 0; d < x.length; d++) {
      y[d] = (float) (x[d] * exact.inverseNorm(d));
    }
    return y;
  }

  /** n: how many documents there are. */
  public int size() {
    return exact.size();
  }

  /** d: how many numbers an embedding has. */
  public int dimension() {
    return exact.dimension();
  }

  /** The k documents that are most like one query; see {@link DenseIndex#search(Matrix, int)}. */
  public List<Hit> search(float[] query, int k) {
    return search(Matrix.wrap(query, 1, query.length), k).get(0);
  }

  /** For each query the k documents that are most like it: see {@link DenseIndex#search}. */
  public List<List<Hit>> search(Matrix queries, int k) {
    double[] inverseNorms = exact.checked(queries, k);
    Int8Vectors rounded = new Int8Vectors("queries in bytes", queries);
    List<List<Hit>> found = Arrays.asList(DenseIndex.hits(queries.rows()));
    exact
        .loop()
        .forEach(
            queries.rows(),
            q -> {
              Scratch s = scratch.get();
              s.scan(rounded, q, inverseNorms[q], k);
              found.set(q, s.compare(queries.rows(q, q + 1), inverseNorms[q], k));
            });
    return found;
  }

  /** How many documents the last search of this thread compared in float. */
  int compared() {
    return scratch.get().count;
  }

  /** One thread's memory. */
  private final class Scratch {
    private final int[] dots = new int[DOCUMENTS];
    private final Matrix rows = Matrix.zeros(ROWS, dimension());
    private final TopHits lows = new TopHits(1, 1); // the k best scores minus margin
    private final TopHits top = new TopHits(1, 1);
    private int[] candidates = new int[1024];
    private double[] highs = new double[1024]; // their scores plus margin
    private int count;

    /** Leaves the candidates: documents that could be among the k best. */
    void scan(Int8Vectors queries, int q, double inverseNorm, int k) {
      double scale = queries.scales[q] * inverseNorm;
      double residual = queries.residuals[q] * inverseNorm;
      double norm = queries.norms[q] * inverseNorm;
      double perResidual = norm + residual;
      double perNorm = residual + epsilon * norm;
      lows.reset(k, size());
      count = 0;
      double limit = Double.NEGATIVE_INFINITY; // the k-th best low
      for (int rest = size(); rest > 0; rest -= DOCUMENTS) {
        int first = size() - rest;
        int some = Math.min(DOCUMENTS, rest);
        int n = dimension();
        exact.kernels().dotsInt8(some, n, queries.bytes, q * n, bytes, first * n, dots, 0);
        for (int i = 0; i < some; i++) {
          int d = first + i;
          double score = scale * scales[d] * dots[i];
          double margin = perResidual * residuals[d] + perNorm * norms[d];
          if (score + margin >= limit) {
            add(d, score + margin);
            lows.offer(d, score - margin);
            limit = lows.full() ? lows.worst() : limit;
          }
        }
      }
      keep(limit);
    }

    private void add(int document, double high) {
      if (count == candidates.length) {
        int room = (int) Math.min(size(), 2L * count);
        candidates = Arrays.copyOf(candidates, room);
        highs = Arrays.copyOf(highs, room);
      }
      candidates[count] = document;
      highs[count++] = high;
    }

    /** Leaves those out that the rising limit has passed since they came. */
    private void keep(double limit) {
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (highs[i] >= limit) {
          candidates[kept++] = candidates[i];
        }
      }
      count = kept;
    }

    List<Hit> compare(Matrix query, double inverseNorm, int k) {
      top.reset(k, size());
      exact.offer(query, inverseNorm, candidates, count, rows, top);
      return top.best();
    }
  }
}

package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.InterleavedBytes;
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
 * not reach the k-th best score minus margin can't be among the k best. The k documents that set
 * this limit are compared in float first: their scores, without a margin, leave fewer of the
 * others. The margin has room for the rounding of float products too, so hits and scores are those
 * of {@link DenseIndex#search} bit for bit, with kernels that sum by the inner size alone.
 *
 * <p>With embeddings of a few hundred dimensions less than a hundred of 100 000 documents are
 * compared in float. The more documents have scores within the margin of the k-th best, the more:
 * all of them, if all are alike.
 *
 * <p>The scheme is the VA-file's: R. Weber, H.-J. Schek and S. Blott, <i>A Quantitative Analysis
 * and Performance Study for Similarity-Search Methods in High-Dimensional Spaces</i>, VLDB 1998,
 * section 4, with bytes and a scale for a vector in place of a grid.
 */
public final class Int8DenseIndex {
  /** Documents that stand side by side. */
  private static final int LANES = InterleavedBytes.ROWS;

  /** Groups of them whose products are taken at a time. */
  private static final int GROUPS = 128;

  /** Documents that are compared in float at a time. */
  private static final int ROWS = 64;

  private final DenseIndex exact;
  private final InterleavedBytes bytes; // d̂   [n x d]
  private final float[] scales; // t
  private final float[] residuals; // ‖u‖
  private final float[] norms; // ‖d‖, all three times 1/‖d‖ for the cosine
  private final double epsilon;
  private final ThreadLocal<Scratch> scratch = ThreadLocal.withInitial(Scratch::new);

  /** Rounds the documents of an index; the index keeps them in float. */
  public Int8DenseIndex(DenseIndex exact) {
    this.exact = exact;
    bytes = new InterleavedBytes(size(), dimension());
    scales = new float[size()];
    residuals = new float[size()];
    norms = new float[size()];
    for (int g = 0; g < bytes.groups(); g++) {
      round(g * LANES, Math.min(LANES, size() - g * LANES));
    }
    // A float product's error as in Kernels, and that of the floats above and of the sums below.
    epsilon = (exact.dimension() + 16) * 0x1p-23;
  }

  private void round(int first, int some) {
    Int8Vectors rounded =
        new Int8Vectors("documents", exact.embeddings().rows(first, first + some));
    for (int i = 0; i < some; i++) {
      int d = first + i;
      bytes.put(d, rounded.bytes, i * dimension());
      scales[d] = (float) (rounded.scales[i] * exact.inverseNorm(d));
      residuals[d] = (float) (rounded.residuals[i] * exact.inverseNorm(d));
      norms[d] = (float) (rounded.norms[i] * exact.inverseNorm(d));
    }
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
    private final short[] dots = new short[GROUPS * LANES];
    private final float[] scores = new float[GROUPS * LANES];
    private final float[] margins = new float[GROUPS * LANES];
    private final Matrix rows = Matrix.zeros(ROWS, dimension());
    private final TopHits lows = new TopHits(1, 1); // the k best scores minus margin
    private final TopHits top = new TopHits(1, 1);
    private int[] candidates = new int[1024];
    private double[] highs = new double[1024]; // their scores plus margin
    private int count;

    /** Leaves the candidates: documents that could be among the k best. */
    void scan(Int8Vectors queries, int q, double inverseNorm, int k) {
      float scale = (float) (queries.scales[q] * inverseNorm);
      double residual = queries.residuals[q] * inverseNorm;
      double norm = queries.norms[q] * inverseNorm;
      float perResidual = (float) (norm + residual);
      float perNorm = (float) (residual + epsilon * norm);
      lows.reset(k, size());
      count = 0;
      for (int g = 0; g < bytes.groups(); g += GROUPS) {
        int end = Math.min(g + GROUPS, bytes.groups());
        exact.kernels().dotsInt8(bytes, g, end, queries.bytes, q * dimension(), dots, 0);
        int first = g * LANES;
        int some = Math.min(dots.length, size() - first);
        for (int i = 0; i < some; i++) {
          scores[i] = scale * scales[first + i] * dots[i];
        }
        for (int i = 0; i < some; i++) {
          margins[i] = perResidual * residuals[first + i] + perNorm * norms[first + i];
        }
        screen(first, some);
      }
      keep(lows.least());
    }

    /** Adds the documents whose score plus margin reaches the k-th best score minus margin. */
    private void screen(int first, int some) {
      double least = lows.least();
      for (int i = 0; i < some; i++) {
        if (scores[i] + margins[i] >= least) { // seldom
          add(first + i, (double) scores[i] + margins[i]);
          lows.offer(first + i, (double) scores[i] - margins[i]);
          least = lows.least();
        }
      }
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

    /** Leaves those out that can't reach the limit. */
    private void keep(double limit) {
      int kept = 0;
      for (int i = 0; i < count; i++) {
        if (highs[i] >= limit) {
          candidates[kept] = candidates[i];
          highs[kept++] = highs[i];
        }
      }
      count = kept;
    }

    List<Hit> compare(Matrix query, double inverseNorm, int k) {
      top.reset(k, size());
      exact.offer(query, inverseNorm, lows.documents(), lows.size(), rows, top);
      keep(top.least()); // k scores without a margin: few others can still reach them
      top.reset(k, size());
      exact.offer(query, inverseNorm, candidates, count, rows, top);
      return top.best();
    }
  }
}

package org.workedanswers.rag.search;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.store.Passage;

/**
 * Late interaction: every token of a query looks for the passage's token that is nearest to it.
 *
 * <pre>
 *   s(q, p) = 1/n Σᵢ maxⱼ qᵢ · pⱼ        Q: a row a token of the query    [n x d]
 *                                        P: a row a token of the passage  [m x d]
 * </pre>
 *
 * Rows are of length 1, so the products are cosines. The paper sums over the query's tokens; the
 * mean orders passages alike and is -1..1 whatever the query's length. A query or a passage without
 * a token scores 0.
 *
 * <p>O. Khattab and M. Zaharia, <i>ColBERT</i>, SIGIR 2020, section 3.3 (MaxSim), which trains its
 * model for this. With the tokens of a model that was trained for the mean of its tokens it is an
 * experiment: measure whether it helps.
 */
public final class LateInteraction implements Reranker {
  private final TokenEmbedder embedder;
  private final Kernels kernels;

  /** Late interaction of a model's token vectors. */
  public LateInteraction(TokenEmbedder embedder, Kernels kernels) {
    this.embedder = embedder;
    this.kernels = kernels;
  }

  @Override
  public String name() {
    return "MaxSim, " + embedder.name();
  }

  @Override
  public double[] scores(String query, List<Passage> passages) {
    List<String> texts = new ArrayList<>(List.of(query));
    passages.forEach(p -> texts.add(p.searched()));
    List<Matrix> tokens = embedder.tokens(texts);
    double[] scores = new double[passages.size()];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = score(kernels, tokens.get(0), tokens.get(i + 1));
    }
    return scores;
  }

  /**
   * s of the query's tokens [n x d] and a passage's [m x d], rows of length 1.
   *
   * @throws IllegalArgumentException if they are of different width
   */
  public static double score(Kernels kernels, Matrix query, Matrix passage) {
    Check.that(
        query.cols() == passage.cols(),
        "the query's tokens are %s and the passage's %s: both must have one width",
        query,
        passage);
    int n = query.rows();
    if (n == 0 || passage.rows() == 0) {
      return 0;
    }
    Matrix products = kernels.multiplyTransposed(query, passage); // Q Pᵀ   [n x m]
    double sum = 0;
    for (int i = 0; i < n; i++) {
      float best = Float.NEGATIVE_INFINITY;
      for (int j = 0; j < passage.rows(); j++) {
        best = Math.max(best, products.get(i, j));
      }
      sum += best;
    }
    return sum / n;
  }
}

package org.workedanswers.lora;

import org.apache.commons.math3.linear.BlockRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * The best that rank r can do, by singular value decomposition.
 *
 * <pre>
 * M = U Σ Vᵀ = Σ σₖ uₖ vₖᵀ        σ₁ ≥ σ₂ ≥ ...
 * best rank-r M_r = the first r terms
 * ‖M - M_r‖² = σ²ᵣ₊₁ + σ²ᵣ₊₂ + ...      (Frobenius): no matrix of rank r comes closer
 * </pre>
 *
 * <p>M may be an update ΔW: then M_r is the adapter nearest to it. Where inputs x are known, what
 * counts is the outputs' error ‖x ΔWᵀ - s x Aᵀ Bᵀ‖, and M = x ΔWᵀ gives the best that any adapter
 * of rank r reaches on them: s x Aᵀ Bᵀ has rank r at most, and M_r is of that form, with B = V_r
 * and A = V_rᵀ ΔW / s.
 *
 * <p>Computed in double precision.
 *
 * <p>Source: Eckart and Young, <i>The approximation of one matrix by another of lower rank</i>,
 * Psychometrika 1, 1936.
 */
public final class BestRank {
  private final SingularValueDecomposition svd;
  private final double[] sigma;

  /**
   * Decomposes M, which takes time in the order of rows · cols · min(rows, cols).
   *
   * @throws IllegalArgumentException if M is empty or holds NaN or infinity
   */
  public BestRank(Matrix m) {
    Check.that(m.rows() >= 1 && m.cols() >= 1, "M is %s: it must not be empty", m);
    double[][] values = new double[m.rows()][m.cols()];
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        float x = m.get(i, j);
        Check.that(Math.abs(x) <= Float.MAX_VALUE, "M(%d, %d) is %s: it must be finite", i, j, x);
        values[i][j] = x;
      }
    }
    this.svd = new SingularValueDecomposition(new BlockRealMatrix(values));
    this.sigma = svd.getSingularValues();
  }

  /** σ₁ ≥ σ₂ ≥ ..., as many as M's smaller side is long. */
  public double[] singularValues() {
    return sigma.clone();
  }

  /**
   * ‖M - M_r‖², the least squared error that rank r allows; with r = 0 it is ‖M‖².
   *
   * @throws IllegalArgumentException if r is not in 0..min(rows, cols)
   */
  public double remaining(int rank) {
    Check.range("rank", rank, 0, sigma.length);
    double sum = 0;
    for (int k = sigma.length - 1; k >= rank; k--) { // the smallest first
      sum += sigma[k] * sigma[k];
    }
    return sum;
  }

  /** {@link #remaining} as a share of ‖M‖²; 0 if M is zero. */
  public double remainingShare(int rank) {
    double all = remaining(0);
    return all == 0 ? 0 : remaining(rank) / all;
  }

  /**
   * The smallest rank that leaves no more than {@code share} of ‖M‖².
   *
   * @param share in [0, 1]
   */
  public int rankThatLeaves(double share) {
    Check.that(share >= 0 && share <= 1, "share is %s: it must be in [0, 1]", share);
    int rank = 0;
    while (remainingShare(rank) > share) {
      rank++;
    }
    return rank;
  }

  /**
   * The adapter with s B A = M_r, its singular values shared out evenly: √σₖ to each of B and A.
   *
   * @throws IllegalArgumentException if r is not in 1..min(rows, cols) or α is not above 0
   */
  public Adapter adapter(int rank, double alpha) {
    int rows = svd.getU().getRowDimension();
    int cols = svd.getVT().getColumnDimension();
    Adapter.checkRank(rank, rows, cols);
    Adapter adapter = new Adapter(Matrix.zeros(rank, cols), Matrix.zeros(rows, rank), alpha);
    RealMatrix u = svd.getU();
    RealMatrix vt = svd.getVT();
    for (int k = 0; k < rank; k++) {
      double share = Math.sqrt(sigma[k] / adapter.scale());
      for (int i = 0; i < rows; i++) {
        adapter.b().set(i, k, (float) (share * u.getEntry(i, k)));
      }
      for (int j = 0; j < cols; j++) {
        adapter.a().set(k, j, (float) (share * vt.getEntry(k, j)));
      }
    }
    return adapter;
  }
}

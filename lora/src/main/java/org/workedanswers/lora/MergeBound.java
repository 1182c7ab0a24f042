package org.workedanswers.lora;

import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * How far a layer's outputs may be apart with its adapters merged and unmerged, by rounding alone.
 *
 * <pre>
 * |y_merged - y_unmerged|(i, j)  ≤  2 (d_in + 2 + Σ (r + 4)) · 2⁻²³ · (M + Q)
 *
 * M = Σ |x_i| |W_j|                     over d_in
 * Q = Σ s Σ |B_jk| Σ |A_k| |x_i|        over adapters, r, d_in
 * </pre>
 *
 * Both ways round each of their sums as {@link org.workedanswers.core.Kernels} promises: x Wᵀ or x
 * W'ᵀ over d_in, x Aᵀ over d_in, s B A or s h Bᵀ over r, and each adapter costs the scaling and the
 * adding of its update on top. The bound holds for every kernels that keep the promise, as long as
 * nothing on the way is subnormal. It grows with d_in and is seldom approached: errors of sums
 * mostly cancel.
 */
public final class MergeBound {
  private final Matrix x;
  private final Matrix w;
  private final List<Adapter> adapters;
  private final double[][][] xa; // |x| |A|ᵀ, by adapter   [n x r]
  private final double unit;

  /**
   * The bound for inputs x [n x d_in] of a layer W [d_out x d_in] with these adapters.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  public MergeBound(Matrix x, Matrix w, List<Adapter> adapters) {
    Check.that(
        x.cols() == w.cols(), "x is %s and W is %s: both must have the same width d_in", x, w);
    this.x = x;
    this.w = w;
    this.adapters = List.copyOf(adapters);
    this.xa = new double[adapters.size()][][];
    int terms = w.cols() + 2;
    for (int m = 0; m < adapters.size(); m++) {
      Adapter adapter = adapters.get(m);
      Check.shape("W", w, adapter.dOut(), adapter.dIn());
      terms += adapter.rank() + 4;
      xa[m] = new double[x.rows()][adapter.rank()];
      for (int i = 0; i < x.rows(); i++) {
        for (int k = 0; k < adapter.rank(); k++) {
          xa[m][i][k] = magnitudes(x, i, adapter.a(), k);
        }
      }
    }
    this.unit = 2 * terms * 0x1p-23;
  }

  /** The bound for output j of token i. */
  public double at(int i, int j) {
    double sum = magnitudes(x, i, w, j);
    for (int m = 0; m < adapters.size(); m++) {
      Adapter adapter = adapters.get(m);
      double q = 0;
      for (int k = 0; k < adapter.rank(); k++) {
        q += Math.abs(adapter.b().get(j, k)) * xa[m][i][k];
      }
      sum += adapter.scale() * q;
    }
    return unit * sum;
  }

  /**
   * The largest |difference| / bound over all outputs: at most 1 where only rounding tells the two
   * apart.
   *
   * @param one outputs [n x d_out], merged say
   * @param other outputs [n x d_out]
   * @throws IllegalArgumentException if a shape does not fit
   */
  public double largestShare(Matrix one, Matrix other) {
    Check.shape("one", one, x.rows(), w.rows());
    Check.shape("other", other, x.rows(), w.rows());
    double largest = 0;
    for (int i = 0; i < one.rows(); i++) {
      for (int j = 0; j < one.cols(); j++) {
        double difference = Math.abs((double) one.get(i, j) - other.get(i, j));
        if (difference != 0) { // a NaN stays a NaN
          largest = Math.max(largest, difference / at(i, j));
        }
      }
    }
    return largest;
  }

  private static double magnitudes(Matrix a, int i, Matrix b, int j) {
    double sum = 0;
    int ai = a.index(i, 0);
    int bj = b.index(j, 0);
    for (int k = 0; k < a.cols(); k++) {
      sum += Math.abs((double) a.data()[ai + k] * b.data()[bj + k]);
    }
    return sum;
  }
}

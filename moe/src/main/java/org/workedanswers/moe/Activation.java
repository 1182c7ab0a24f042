package org.workedanswers.moe;

import org.workedanswers.core.Matrix;

/** φ, what a hidden unit does with its sum. NaN gives NaN, ∞ gives ∞, -∞ gives 0. */
public enum Activation {
  /**
   * The Gaussian error linear unit in its exact form, x Φ(x) = x · ½ (1 + erf(x / √2)), as BERT has
   * it. Source: Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, arXiv:1606.08415, section
   * 2. Within 1.5·10⁻⁷ · |x| of the exact value: see {@link #erf}.
   */
  GELU {
    @Override
    float of(float x) {
      double half = 0.5 * (1 + erf(x * Math.sqrt(0.5)));
      return half == 0 ? 0 : (float) (x * half); // -∞ · 0 is 0 here
    }
  },
  /**
   * The sigmoid linear unit, x / (1 + e⁻ˣ), also called Swish, as Llama and Mixtral have it.
   * Source: Ramachandran, Zoph and Le, <i>Searching for Activation Functions</i>, arXiv:1710.05941,
   * with β = 1. Within one ulp of the exact value.
   */
  SILU {
    @Override
    float of(float x) {
      double e = Math.exp(-(double) x);
      return e == Double.POSITIVE_INFINITY ? 0 : (float) (x / (1 + e));
    }
  };

  /** φ(x). */
  abstract float of(float x);

  /** x ← φ(x), element by element. */
  void apply(Matrix x) {
    for (int i = 0; i < x.rows(); i++) {
      int row = x.index(i, 0);
      for (int j = row; j < row + x.cols(); j++) {
        x.data()[j] = of(x.data()[j]);
      }
    }
  }

  /**
   * erf(x) within 1.5·10⁻⁷: 1 - (a₁t + a₂t² + a₃t³ + a₄t⁴ + a₅t⁵) e^-x² with t = 1 / (1 + p x) for
   * x ≥ 0, and odd. Source: Abramowitz and Stegun, <i>Handbook of Mathematical Functions</i>,
   * 7.1.26 (after Hastings). A float near 1 is no finer than 6·10⁻⁸.
   */
  static double erf(double x) {
    double t = 1 / (1 + 0.3275911 * Math.abs(x));
    double sum =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    double value = 1 - sum * Math.exp(-x * x);
    return x < 0 ? -value : value;
  }
}

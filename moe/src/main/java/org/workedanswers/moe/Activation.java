package org.workedanswers.moe;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/** φ, what a hidden unit does with its sum. NaN gives NaN, ∞ gives ∞, -∞ gives 0. */
public enum Activation {
  /**
   * The Gaussian error linear unit in its exact form, x Φ(x) = x · ½ (1 + erf(x / √2)), as BERT has
   * it. Source: Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, arXiv:1606.08415, section
   * 2.
   *
   * <p>Within 1.5·10⁻⁷ · (1 + |x|) of the exact value. With a = |x|, x Φ(x) = max(x, 0) - a Φ(-a),
   * which has no branch, and
   *
   * <pre>
   * Φ(-a) = ½ erfc(a / √2) = ½ t e^(-a²/2 + P(t))        t = 1 / (1 + a / (2 √2)),  P of degree 9
   * </pre>
   *
   * within 1.2·10⁻⁷ of itself: Press et al., <i>Numerical Recipes</i>, section 6.2, {@code erfcc}.
   */
  GELU {
    @Override
    void apply(Kernels kernels, int n, float[] x, float[] e) {
      gaussian(n, x, e);
      kernels.exp(n, e, 0, e, 0);
      gelu(n, x, e);
    }
  },
  /**
   * GELU by a tanh: x / (1 + e^(-2u)), u = √(2/π) (x + 0.044715 x³). Source: the same, section 2;
   * GPT-2 and T5 1.1 have it. Within 5·10⁻⁷ · (1 + |x|) of that formula's exact value.
   */
  GELU_TANH {
    @Override
    void apply(Kernels kernels, int n, float[] x, float[] e) {
      cubic(n, x, e);
      kernels.exp(n, e, 0, e, 0);
      sigmoid(n, x, e);
    }
  },
  /**
   * The sigmoid linear unit, x / (1 + e⁻ˣ), also called Swish, as Llama and Mixtral have it.
   * Source: Ramachandran, Zoph and Le, <i>Searching for Activation Functions</i>, arXiv:1710.05941,
   * with β = 1. Within 4 ulp of the exact value, or 10⁻³⁷ of it.
   */
  SILU {
    @Override
    void apply(Kernels kernels, int n, float[] x, float[] e) {
      negated(n, x, e);
      kernels.exp(n, e, 0, e, 0);
      sigmoid(n, x, e);
    }
  },
  /** max(x, 0): Vaswani et al. 2017, section 3.3, and T5's first version. */
  RELU {
    @Override
    void apply(Kernels kernels, int n, float[] x, float[] e) {
      for (int i = 0; i < n; i++) {
        x[i] = Math.max(x[i], 0);
      }
    }
  };

  /** Beyond it e^(-x²/2) is 0 in float32. */
  private static final float FAR = 16;

  /** Values that are treated together: they and what lies between stay in the first cache. */
  private static final int CHUNK = 1024;

  /** x ← φ(x) for n values; e is room for as many. */
  abstract void apply(Kernels kernels, int n, float[] x, float[] e);

  // The JIT of Java 17 makes vector code of a loop where all arrays are read from their start.

  /** e ← -x²/2 + P(t). */
  private static void gaussian(int n, float[] x, float[] e) {
    for (int i = 0; i < n; i++) {
      float a = Math.min(Math.abs(x[i]), FAR);
      float t = 1 / (1 + 0.35355339f * a);
      float p = 1.48851587f + t * (-0.82215223f + t * 0.17087277f);
      p = 0.09678418f + t * (-0.18628806f + t * (0.27886807f + t * (-1.13520398f + t * p)));
      p = -1.26551223f + t * (1.00002368f + t * (0.37409196f + t * p));
      e[i] = p - 0.5f * a * a;
    }
  }

  /** x ← max(x, 0) - |x| ½ t e. */
  private static void gelu(int n, float[] x, float[] e) {
    for (int i = 0; i < n; i++) {
      float a = Math.min(Math.abs(x[i]), FAR);
      float t = 1 / (1 + 0.35355339f * a);
      x[i] = Math.max(x[i], 0) - a * (0.5f * t * e[i]);
    }
  }

  /** e ← -2 √(2/π) (x + 0.044715 x³). */
  private static void cubic(int n, float[] x, float[] e) {
    for (int i = 0; i < n; i++) {
      float c = Math.max(-FAR, Math.min(x[i], FAR));
      e[i] = -1.5957691f * (c + 0.044715f * c * c * c);
    }
  }

  /** e ← -x. */
  private static void negated(int n, float[] x, float[] e) {
    for (int i = 0; i < n; i++) {
      e[i] = -x[i];
    }
  }

  /** x ← x / (1 + e); where e is infinite, 0. */
  private static void sigmoid(int n, float[] x, float[] e) {
    for (int i = 0; i < n; i++) {
      float value = Math.max(x[i], -Float.MAX_VALUE); // -∞ / ∞ would be NaN
      x[i] = value / (1 + e[i]) + 0f; // + 0: -0 becomes 0
    }
  }

  /** x ← φ(x), element by element. */
  public void apply(Kernels kernels, Matrix x) {
    int chunk = Math.min(CHUNK, x.cols());
    float[] part = new float[chunk];
    float[] e = new float[chunk];
    for (int i = 0; i < x.rows(); i++) {
      for (int j = 0; j < x.cols(); j += CHUNK) {
        int n = Math.min(CHUNK, x.cols() - j);
        System.arraycopy(x.data(), x.index(i, j), part, 0, n);
        apply(kernels, n, part, e);
        System.arraycopy(part, 0, x.data(), x.index(i, j), n);
      }
    }
  }
}

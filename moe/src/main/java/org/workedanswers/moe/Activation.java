package org.workedanswers.moe;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;

/** φ, what a hidden unit does with its sum. NaN gives NaN, ∞ gives ∞, -∞ gives 0. */
public enum Activation {
  /** The Gaussian error linear unit in its exact form, as BERT has it: {@link Kernels#gelu}. */
  GELU {
    @Override
    void apply(Kernels kernels, int n, float[] x, float[] e) {
      kernels.gelu(n, x, 0);
    }
  },
  /**
   * GELU by a tanh: x / (1 + e^(-2u)), u = √(2/π) (x + 0.044715 x³). Source: Hendrycks and Gimpel,
   * <i>Gaussian Error Linear Units</i>, arXiv:1606.08415, section 2; GPT-2 and T5 1.1 have it.
   * Within 5·10⁻⁷ · (1 + |x|) of that formula's exact value.
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

  /** Beyond it the tanh is ±1 in float32. */
  private static final float FAR = 16;

  /** Values that are treated together: they and what lies between stay in the first cache. */
  private static final int CHUNK = 1024;

  /** x ← φ(x) for n values; e is room for as many. */
  abstract void apply(Kernels kernels, int n, float[] x, float[] e);

  // The JIT of Java 17 makes vector code of a loop where all arrays are read from their start.

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

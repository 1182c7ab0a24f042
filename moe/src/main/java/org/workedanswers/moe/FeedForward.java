package org.workedanswers.moe;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * A feed-forward layer: dense by itself, or one expert of many.
 *
 * <pre>
 *   dense   y = φ(x W₁ + b₁) W₂ + b₂       Vaswani et al. 2017, arXiv:1706.03762, section 3.3, eq. 2
 *   gated   y = (φ(x W₁) ⊙ x V) W₂         Shazeer 2020, arXiv:2002.05202, eq. 5 and 6
 *
 *   x    n tokens         [n x d]
 *   W₁   into the layer   [d x h], h hidden units
 *   V    the other branch [d x h], gated alone
 *   W₂   out of it        [h x d]
 *   φ    the {@link Activation}
 * </pre>
 *
 * BERT's layer is dense with GELU, Mixtral's expert gated with SiLU (then called SwiGLU). NaN and
 * infinity travel as in IEEE 754, within the token's own row. A row's result does not depend on the
 * other rows, bit for bit, with kernels that {@linkplain Kernels#sumsByInnerSizeAlone keep that
 * promise}.
 */
public final class FeedForward {
  private final Activation activation;
  private final Matrix w1;
  private final float[] b1; // null: none
  private final Matrix v; // null: not gated
  private final Matrix w2;
  private final float[] b2; // null: none

  private FeedForward(
      Activation activation, Matrix w1, float[] b1, Matrix v, Matrix w2, float[] b2) {
    Check.that(
        w2.rows() == w1.cols() && w2.cols() == w1.rows(),
        "W1 is %s and W2 is %s: they must be d x h and h x d",
        w1,
        w2);
    this.activation = activation;
    this.w1 = w1;
    this.b1 = b1;
    this.v = v;
    this.w2 = w2;
    this.b2 = b2;
  }

  /**
   * y = φ(x W₁ + b₁) W₂ + b₂. The arrays are kept, not copied.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static FeedForward dense(
      Activation activation, Matrix w1, float[] b1, Matrix w2, float[] b2) {
    Check.that(
        b1.length == w1.cols() && b2.length == w2.cols(),
        "W1 is %s, b1 has %d values, W2 is %s, b2 has %d: a bias must have a value for each column",
        w1,
        b1.length,
        w2,
        b2.length);
    return new FeedForward(activation, w1, b1, null, w2, b2);
  }

  /**
   * y = φ(x W₁) W₂, without biases.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static FeedForward dense(Activation activation, Matrix w1, Matrix w2) {
    return new FeedForward(activation, w1, null, null, w2, null);
  }

  /**
   * y = (φ(x W₁) ⊙ x V) W₂: with {@link Activation#SILU} it is SwiGLU.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static FeedForward gated(Activation activation, Matrix w1, Matrix v, Matrix w2) {
    Check.shape("V", v, w1.rows(), w1.cols());
    return new FeedForward(activation, w1, null, v, w2, null);
  }

  /** d, the width of a token. */
  public int width() {
    return w1.rows();
  }

  /** h, how many hidden units there are. */
  public int hidden() {
    return w1.cols();
  }

  /** φ. */
  public Activation activation() {
    return activation;
  }

  /** Weights and biases in all. */
  public long parameters() {
    long matrices = (v == null ? 2L : 3L) * width() * hidden();
    return matrices + (b1 == null ? 0 : hidden()) + (b2 == null ? 0 : width());
  }

  /** Multiply-adds of n tokens: n · d · h for each matrix. */
  public long multiplyAdds(long tokens) {
    return tokens * (v == null ? 2L : 3L) * width() * hidden();
  }

  /** y [n x d], a new matrix, for x [n x d]. */
  public Matrix apply(Kernels kernels, Matrix x) {
    return apply(kernels, Loop.sequential(), x);
  }

  /** The same with the rows shared out over a loop's threads. */
  public Matrix apply(Kernels kernels, Loop loop, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), width());
    apply(kernels, loop, x, y);
    return y;
  }

  /**
   * Writes y into a matrix or view that does not overlap x.
   *
   * @throws IllegalArgumentException if x is not [n x d] or y has another shape
   */
  public void apply(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    Check.shape("y", y, x.rows(), width());
    loop.ranges(
        x.rows(),
        (from, to) -> {
          Matrix a = hidden(kernels, x.rows(from, to));
          Matrix out = y.rows(from, to);
          product(kernels, a, w2, b2, out); // y = a W₂ + b₂   [n x d]
        });
  }

  /**
   * What the hidden units give, a new [n x h]: φ(x W₁ + b₁), or φ(x W₁) ⊙ x V.
   *
   * @throws IllegalArgumentException if x is not [n x d]
   */
  public Matrix hidden(Kernels kernels, Matrix x) {
    Check.that(x.cols() == width(), "x is %s and W1 is %s: x must have %d columns", x, w1, width());
    Matrix a = Matrix.zeros(x.rows(), hidden());
    product(kernels, x, w1, b1, a);
    activation.apply(kernels, a);
    if (v != null) {
      Matrix gate = kernels.multiply(x, v); // x V   [n x h]
      for (int i = 0; i < a.data().length; i++) {
        a.data()[i] *= gate.data()[i];
      }
    }
    return a;
  }

  /** y = x W + b; b may be null. */
  private static void product(Kernels kernels, Matrix x, Matrix w, float[] b, Matrix y) {
    if (b == null) {
      kernels.gemm(1, x, Op.N, w, Op.N, 0, y);
      return;
    }
    for (int i = 0; i < y.rows(); i++) {
      System.arraycopy(b, 0, y.data(), y.index(i, 0), b.length);
    }
    kernels.gemm(1, x, Op.N, w, Op.N, 1, y);
  }

  /** A layer with weights of its own, to be changed apart from this one. */
  FeedForward copy() {
    return new FeedForward(
        activation,
        w1.copy(),
        b1 == null ? null : b1.clone(),
        v == null ? null : v.copy(),
        w2.copy(),
        b2 == null ? null : b2.clone());
  }

  /**
   * The layer of these hidden units alone, without b₂: columns of W₁, V and b₁, rows of W₂. Copies.
   */
  FeedForward only(int[] units) {
    Matrix rows2 = Matrix.zeros(units.length, width());
    float[] bias = b1 == null ? null : new float[units.length];
    for (int u = 0; u < units.length; u++) {
      System.arraycopy(w2.data(), w2.index(units[u], 0), rows2.data(), rows2.index(u, 0), width());
      if (bias != null) {
        bias[u] = b1[units[u]];
      }
    }
    return new FeedForward(
        activation, columns(w1, units), bias, v == null ? null : columns(v, units), rows2, null);
  }

  private static Matrix columns(Matrix m, int[] chosen) {
    Matrix c = Matrix.zeros(m.rows(), chosen.length);
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < chosen.length; j++) {
        c.data()[c.index(i, j)] = m.data()[m.index(i, chosen[j])];
      }
    }
    return c;
  }

  /** W₁ [d x h]. */
  Matrix w1() {
    return w1;
  }

  /** b₂, zeros if there is none; a copy. */
  float[] outputBias() {
    return b2 == null ? new float[width()] : b2.clone();
  }
}

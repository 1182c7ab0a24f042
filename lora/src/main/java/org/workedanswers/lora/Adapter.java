package org.workedanswers.lora;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;

/**
 * A low-rank update of a linear layer's weight.
 *
 * <pre>
 * W' = W + ΔW           ΔW = s B A          s = α / r
 * y  = x Wᵀ + s (x Aᵀ) Bᵀ
 *
 * x  [n x d_in]         one token a row
 * A  [r x d_in]         down to r values a token; trained
 * B  [d_out x r]        up to the layer's width; trained
 * W  [d_out x d_in]     frozen, and not this class's business
 * </pre>
 *
 * <p>It has r (d_in + d_out) parameters where W has d_in · d_out. α is a setting and stays when r
 * is changed: s = α / r then keeps the update's size, so that a learning rate found at one rank
 * serves at another. Whoever forgets s sees nothing wrong as long as α = r.
 *
 * <p>A and B are trained in place: {@link #a} and {@link #b} are the adapter's own. NaN and
 * infinity travel as in IEEE 754.
 *
 * <p>Source: Hu et al., <i>LoRA: Low-Rank Adaptation of Large Language Models</i>, 2021, section
 * 4.1, equation 3.
 */
public final class Adapter {
  private final Matrix a;
  private final Matrix b;
  private final double alpha;

  /**
   * An adapter over the given matrices; nothing is copied.
   *
   * @param a A [r x d_in]
   * @param b B [d_out x r]
   * @throws IllegalArgumentException if A's rows are not B's columns, r is not in 1..min(d_in,
   *     d_out), or α is not a finite number above 0
   */
  public Adapter(Matrix a, Matrix b, double alpha) {
    Check.that(
        a.rows() == b.cols(),
        "A is %s and B is %s: they must be r x d_in and d_out x r with one r",
        a,
        b);
    checkRank(a.rows(), b.rows(), a.cols());
    this.a = a;
    this.b = b;
    this.alpha = checkScale(alpha, a.rows());
  }

  /**
   * An adapter before training: B = 0, so that it changes nothing yet, and A normal with mean 0 and
   * variance 1 / d_in.
   *
   * <p>The paper asks for a Gaussian A and leaves its deviation open. With 1 / √d_in, x Aᵀ has the
   * variance of x's own values whatever d_in is, and B's first gradients are of the size that the
   * layer's own would be. If both were zero, no gradient would ever leave zero.
   *
   * @throws IllegalArgumentException if a size is below 1, r is not in 1..min(d_in, d_out), or α is
   *     not a finite number above 0
   */
  public static Adapter initial(int dOut, int dIn, int rank, double alpha, SeededRandom random) {
    Check.positive("d_out", dOut);
    Check.positive("d_in", dIn);
    checkRank(rank, dOut, dIn);
    checkScale(alpha, rank);
    Matrix a = random.gaussian(rank, dIn, 1 / Math.sqrt(dIn));
    return new Adapter(a, Matrix.zeros(dOut, rank), alpha);
  }

  /** Throws unless 1 ≤ r ≤ min(d_out, d_in): a larger r adds parameters and no rank. */
  static void checkRank(int rank, int dOut, int dIn) {
    int most = Math.min(dOut, dIn);
    Check.that(
        rank >= 1 && rank <= most,
        "rank r is %d and W is %d x %d: r must be in 1..%d, the rank that W can have",
        rank,
        dOut,
        dIn,
        most);
  }

  /** A [r x d_in], shared. */
  public Matrix a() {
    return a;
  }

  /** B [d_out x r], shared. */
  public Matrix b() {
    return b;
  }

  /** α, if α / r is a float above 0: what overflows or vanishes could scale nothing. */
  private static double checkScale(double alpha, int rank) {
    float scale = (float) (Check.positive("alpha", alpha) / rank);
    Check.that(
        scale > 0 && scale < Float.POSITIVE_INFINITY,
        "alpha is %s and r is %d: alpha / r is %s, and must be a finite float above 0",
        alpha,
        rank,
        scale);
    return alpha;
  }

  /** α. */
  public double alpha() {
    return alpha;
  }

  /** r, the rank that ΔW can have. */
  public int rank() {
    return a.rows();
  }

  /** d_in. */
  public int dIn() {
    return a.cols();
  }

  /** d_out. */
  public int dOut() {
    return b.rows();
  }

  /** s = α / r, by which the update is scaled. */
  public float scale() {
    return (float) (alpha / rank());
  }

  /** Parameters that are trained: r (d_in + d_out). */
  public long parameters() {
    return (long) rank() * ((long) dIn() + dOut());
  }

  /**
   * y += s (x Aᵀ) Bᵀ for x [n x d_in] and y [n x d_out], in n · r (d_in + d_out) multiply-adds.
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  public void addTo(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    up(kernels, loop, down(kernels, loop, x), 1, y);
  }

  /** Returns h = x Aᵀ [n x r]. */
  Matrix down(Kernels kernels, Loop loop, Matrix x) {
    Check.that(x.cols() == dIn(), "x is %s and A is %s: both must have the same width d_in", x, a);
    Matrix h = Matrix.zeros(x.rows(), rank());
    kernels.gemm(loop, 1, x, Op.N, a, Op.T, 0, h);
    return h;
  }

  /** y = s h Bᵀ + β y. */
  void up(Kernels kernels, Loop loop, Matrix h, float beta, Matrix y) {
    Check.shape("y", y, h.rows(), dOut());
    kernels.gemm(loop, scale(), h, Op.N, b, Op.T, beta, y);
  }

  /**
   * W += s B A: what merging adds to a weight W [d_out x d_in].
   *
   * @throws IllegalArgumentException if W has another shape
   */
  public void addDelta(Kernels kernels, Loop loop, Matrix w) {
    Check.shape("W", w, dOut(), dIn());
    kernels.gemm(loop, scale(), b, Op.N, a, Op.N, 1, w);
  }

  /** Returns ΔW = s B A [d_out x d_in]. */
  public Matrix delta(Kernels kernels, Loop loop) {
    Matrix delta = Matrix.zeros(dOut(), dIn());
    addDelta(kernels, loop, delta);
    return delta;
  }

  /**
   * What a loss L asks of A and B.
   *
   * @param a ∂L/∂A [r x d_in]
   * @param b ∂L/∂B [d_out x r]
   */
  public record Gradients(Matrix a, Matrix b) {}

  /**
   * The gradients of a loss L, given dy = ∂L/∂y at the layer's output.
   *
   * <pre>
   * ∂L/∂B = s dyᵀ (x Aᵀ)     [d_out x n] [n x r]
   * ∂L/∂A = s (dy B)ᵀ x      [r x n] [n x d_in]
   * </pre>
   *
   * From y = x Wᵀ + s x Aᵀ Bᵀ by the product rule. W takes part in neither, and no d_out x d_in
   * matrix is made.
   *
   * @param x the layer's input [n x d_in]
   * @param dy [n x d_out]
   * @throws IllegalArgumentException if a shape does not fit
   */
  public Gradients gradients(Kernels kernels, Loop loop, Matrix x, Matrix dy) {
    return gradients(kernels, loop, x, down(kernels, loop, x), dy);
  }

  /** {@link #gradients} where h = x Aᵀ is known from the forward pass. */
  Gradients gradients(Kernels kernels, Loop loop, Matrix x, Matrix h, Matrix dy) {
    Check.shape("dy", dy, x.rows(), dOut());
    Matrix db = Matrix.zeros(dOut(), rank());
    kernels.gemm(loop, scale(), dy, Op.T, h, Op.N, 0, db);
    Matrix dh = Matrix.zeros(x.rows(), rank()); // dy B   [n x r]
    kernels.gemm(loop, 1, dy, Op.N, b, Op.N, 0, dh);
    Matrix da = Matrix.zeros(rank(), dIn());
    kernels.gemm(loop, scale(), dh, Op.T, x, Op.N, 0, da);
    return new Gradients(da, db);
  }

  /**
   * dx += s (dy B) A: this adapter's part of ∂L/∂x [n x d_in], given dy = ∂L/∂y [n x d_out].
   *
   * @throws IllegalArgumentException if a shape does not fit
   */
  public void addInputGradient(Kernels kernels, Loop loop, Matrix dy, Matrix dx) {
    Check.that(dy.cols() == dOut(), "dy is %s and B is %s: dy's width must be d_out", dy, b);
    Check.shape("dx", dx, dy.rows(), dIn());
    Matrix dh = Matrix.zeros(dy.rows(), rank()); // dy B   [n x r]
    kernels.gemm(loop, 1, dy, Op.N, b, Op.N, 0, dh);
    kernels.gemm(loop, scale(), dh, Op.N, a, Op.N, 1, dx);
  }
}

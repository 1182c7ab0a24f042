package org.workedanswers.core;

/**
 * The small set of inner loops that everything else is written with.
 *
 * <p>Those on codes of few bits stand in {@link QuantizedKernels}. Every implementation keeps one
 * contract, held by one conformance suite:
 *
 * <ul>
 *   <li><b>Error.</b> A sum of n products is within {@code (n + 2) · (2⁻²³ · Σ|aᵢbᵢ| + 2⁻¹⁴⁹)} of
 *       the exact one: Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, 2nd ed.,
 *       section 3.1, with twice its γₙ, and a unit of the subnormal range for each product. {@link
 *       #exp}, {@link #gelu} and {@link #softmaxRow} state their own.
 *   <li><b>Order.</b> Within one implementation the order in which an output is summed depends on
 *       the inner size alone: not on threads, nor on whether its row comes alone or among others.
 *       So a cached step equals the uncached one bit for bit. {@link #sumsByInnerSizeAlone} says if
 *       an implementation can't promise that, nor what methods say of equal bits.
 *   <li><b>NaN and infinity</b> travel as in IEEE 754, but for what a method defines; where the
 *       scale of a block is infinite, the result is infinite or NaN.
 * </ul>
 *
 * Outputs must not overlap inputs unless a method says so. Arguments are checked once a call, at
 * the door: what does not fit gets an {@link IllegalArgumentException} that names the sizes.
 */
public interface Kernels extends QuantizedKernels {
  /** The short name: {@code plain}, {@code blocked}, {@code simd}, {@code nd4j}. */
  String name();

  /** Whether the promise on the order of sums is kept; a native BLAS does not give it. */
  default boolean sumsByInnerSizeAlone() {
    return true;
  }

  /**
   * C = α · op(A) op(B) + β · C, where op(X) is X or Xᵀ.
   *
   * <p>op(A) is [m x k], op(B) is [k x n], C is [m x n]. With β = 0, C is written and never read,
   * so what stood there (NaN too) does not matter; with α = 0 or k = 0, A and B are not read.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c);

  /**
   * The same product with parts of C shared out over a loop's threads. Bits are those of one
   * thread.
   *
   * <p>A part is some rows of C, or some columns where there are more of them. Parts are large,
   * since each may copy the operand that it shares with the others.
   */
  default void gemm(
      Loop loop, float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    checkGemm(a, opA, b, opB, c);
    if (loop.threads() == 1) {
      gemm(alpha, a, opA, b, opB, beta, c);
      return;
    }
    int size = Math.max(c.rows(), c.cols());
    int parts = Math.min(2 * loop.threads(), size / 48 + 1); // smaller ones do not pay
    loop.ranges(
        parts,
        (first, last) -> {
          int from = partBound(size, first, parts);
          int to = partBound(size, last, parts);
          if (c.rows() == size) {
            gemm(alpha, opA.rows(a, from, to), opA, b, opB, beta, c.rows(from, to));
          } else {
            gemm(alpha, a, opA, opB.columns(b, from, to), opB, beta, c.columns(from, to));
          }
        });
  }

  /** Where part p begins: a multiple of the rows that kernels compute together. */
  private static int partBound(int size, int p, int parts) {
    return p == parts ? size : (int) ((long) size * p / parts) / 12 * 12;
  }

  /**
   * Columns of a panel over which {@link #gemm(Matrix, Packed, int, int, boolean, Matrix)} runs.
   */
  default int panelWidth() {
    return 16;
  }

  /**
   * Whether a product with a packed matrix is faster than with one that is not: what is multiplied
   * with often is then worth packing.
   */
  default boolean prefersPacked() {
    return false;
  }

  /**
   * C = A B, or with {@code add} C += A B, where B is the part of a packed matrix that begins at
   * (row, col).
   *
   * <p>A is [m x k], B is [k x n], C is [m x n]. B begins and ends with a panel, so col and n are
   * multiples of its width; what fills up the last panel gives zeros. Zeros in A's last columns, a
   * multiple of the width of them, leave the same bits as if these columns were not there, and so
   * do zeros in its first ones.
   *
   * @throws IllegalArgumentException if the shapes do not fit, or the panels are not {@link
   *     #panelWidth} wide
   */
  default void gemm(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {
    checkGemm(a, b, row, col, c, panelWidth());
    for (int j = 0; j < c.cols(); j += b.width()) {
      Matrix panel = b.panel(row, row + a.cols(), col + j);
      gemm(1, a, Op.N, panel, Op.N, add ? 1 : 0, c.columns(j, j + b.width()));
    }
  }

  /** Returns A B, a new [m x n] matrix, for A [m x k] and B [k x n]. */
  default Matrix multiply(Matrix a, Matrix b) {
    Matrix c = Matrix.zeros(a.rows(), b.cols());
    gemm(1, a, Op.N, b, Op.N, 0, c);
    return c;
  }

  /** Returns A Bᵀ, a new [m x n] matrix, for A [m x k] and B [n x k]: rows against rows. */
  default Matrix multiplyTransposed(Matrix a, Matrix b) {
    Matrix c = Matrix.zeros(a.rows(), b.rows());
    gemm(1, a, Op.N, b, Op.T, 0, c);
    return c;
  }

  /** Σ a[ao+i] · b[bo+i] for i in 0..n-1; 0 for n = 0. */
  float dot(int n, float[] a, int ao, float[] b, int bo);

  /**
   * y[i] = Σ x[xo+j] · rows[at[i]+j] for j in 0..n-1, and for i in 0..count-1: one vector with
   * several rows that lie anywhere in an array, as a search in a graph meets them. Rows may repeat.
   *
   * <p>Taken together, the rows' ways from memory overlap; one after the other, each is waited for.
   * A sum has the bits that it has in a call of its own; they need not be those of {@link #dot}.
   */
  default void dots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    checkDots(count, n, x, xo, rows, at, y);
    for (int i = 0; i < count; i++) {
      y[i] = dot(n, x, xo, rows, at[i]);
    }
  }

  /** y[yo+i] += α · x[xo+i] for i in 0..n-1. */
  void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo);

  /**
   * y[yo+i] = e^x[xo+i] for i in 0..n-1; x and y may be the same run.
   *
   * <p>Within 2 ulp of the exact value; below the normal range (x &lt; -87.33) within 2 · 2⁻¹⁴⁹ of
   * it, so subnormal results are kept. e^-∞ = 0, e^∞ = ∞, e^NaN = NaN, overflow gives ∞.
   */
  void exp(int n, float[] x, int xo, float[] y, int yo);

  /**
   * x[xo+i] ← x Φ(x) for i in 0..n-1, in place: the Gaussian error linear unit in its exact form, x
   * · ½ (1 + erf(x / √2)).
   *
   * <p>Within 10⁻⁷ · (1 + |x|) of the exact value. NaN gives NaN, ∞ gives ∞, -∞ gives 0.
   *
   * <p>Source: Hendrycks and Gimpel, <i>Gaussian Error Linear Units</i>, arXiv:1606.08415, section
   * 2.
   */
  default void gelu(int n, float[] x, int xo) {
    Check.inside("values", xo, n, x.length);
    Gelu.apply(n, x, xo);
  }

  /**
   * Softmax in place: x[i] ← e^(x[i]-max) / Σ e^(x[j]-max) over n values.
   *
   * <p>-∞ is a masked value and becomes 0. A row of -∞ alone has nothing to attend to and becomes
   * all zeros. NaN or +∞ anywhere makes the whole row NaN. For n = 0 nothing happens. Each weight
   * is within {@code (n + 8) · 2⁻²³} relative of the exact softmax of its inputs' differences, plus
   * 2⁻¹²⁶.
   */
  void softmaxRow(int n, float[] x, int xo);

  /** {@link #softmaxRow} on every row of a matrix, in place. */
  default void softmaxRows(Matrix m) {
    for (int i = 0; i < m.rows(); i++) {
      softmaxRow(m.cols(), m.data(), m.index(i, 0));
    }
  }

  /**
   * One block of an online softmax, in place: each row i of S is a block of scores of its own
   * softmax, whose largest score so far is m_i and whose sum of weights so far is ℓ_i.
   *
   * <pre>
   * m' = max(m, max_j s_j)        p_j = e^(s_j - m')
   * α  = e^(m - m')               ℓ  ← α ℓ + Σ_j p_j
   * </pre>
   *
   * S becomes P, and m, ℓ and α are left in the arrays, row i's at index i. Before the first block
   * m = -∞ and ℓ = 0. Where all is -∞ so far, P is zeros and α = 1; NaN or +∞ in a row makes its ℓ
   * NaN, then and later. Columns of -∞ at the end, a multiple of {@link #panelWidth} of them, leave
   * the same bits as if they were not there, and so do such columns at the beginning. Each p and α
   * is within {@code 2⁻²³ · (4 + |s_j| + |m'|)} relative, plus 2⁻¹²⁶; ℓ within the bound of a sum
   * of them.
   *
   * <p>Source: Milakov and Gimelshein, <i>Online normalizer calculation for softmax</i>, 2018,
   * Algorithm 3, a block at a time.
   *
   * @throws IllegalArgumentException if an array has fewer values than S has rows
   */
  default void onlineSoftmax(Matrix s, float[] max, float[] sum, float[] alpha) {
    checkOnlineSoftmax(s, max, sum, alpha);
    OnlineSoftmax.rows(this, s, max, sum, alpha);
  }

  /**
   * Checks the shapes of {@link #gemm}.
   *
   * @throws IllegalArgumentException naming all three shapes if they do not fit
   */
  static void checkGemm(Matrix a, Op opA, Matrix b, Op opB, Matrix c) {
    if (opA.cols(a) != opB.rows(b) || c.rows() != opA.rows(a) || c.cols() != opB.cols(b)) {
      Check.that( // asked here: a small product would pay for boxing
          false,
          "op(A) is %d x %d, op(B) is %d x %d and C is %d x %d: they must be m x k, k x n and m x n",
          opA.rows(a),
          opA.cols(a),
          opB.rows(b),
          opB.cols(b),
          c.rows(),
          c.cols());
    }
  }

  /** Checks the shapes of the product with a packed matrix, and that its panels are so wide. */
  static void checkGemm(Matrix a, Packed b, int row, int col, Matrix c, int width) {
    Check.that(
        b.width() == width, "B's panels are %d columns wide: they must be %d", b.width(), width);
    Check.that(
        c.rows() == a.rows() && c.cols() % width == 0,
        "A is %s and C is %s: C must have A's rows and whole panels of %d columns",
        a,
        c,
        width);
    long panels = ((long) b.cols() + width - 1) / width;
    Check.that(
        row >= 0
            && row + (long) a.cols() <= b.rows()
            && col >= 0
            && col % width == 0
            && col + (long) c.cols() <= panels * width,
        "A is %s, C is %s and B is the part of a %s matrix from (%d, %d): it must begin with a"
            + " panel of %d columns and lie inside",
        a,
        c,
        b,
        row,
        col,
        width);
  }

  /** Checks the sizes of {@link #onlineSoftmax}. */
  static void checkOnlineSoftmax(Matrix s, float[] max, float[] sum, float[] alpha) {
    Check.inside("maxima", 0, s.rows(), max.length);
    Check.inside("sums", 0, s.rows(), sum.length);
    Check.inside("factors", 0, s.rows(), alpha.length);
  }

  /** Checks that n elements from each offset lie inside of two arrays. */
  static void checkRuns(int n, int lengthA, int ao, int lengthB, int bo) {
    Check.inside("first operand", ao, n, lengthA);
    Check.inside("second operand", bo, n, lengthB);
  }

  /** Checks the sizes of {@link #dots}. */
  static void checkDots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    Check.inside("places of rows", 0, count, at.length);
    Check.inside("sums", 0, count, y.length);
    Check.inside("vector", xo, n, x.length);
    for (int i = 0; i < count; i++) {
      Check.inside("row", at[i], n, rows.length);
    }
  }
}

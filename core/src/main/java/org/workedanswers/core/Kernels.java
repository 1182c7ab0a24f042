package org.workedanswers.core;

/**
 * The small set of inner loops that everything else is written with.
 *
 * <p>Every implementation keeps one contract, held by one conformance suite:
 *
 * <ul>
 *   <li><b>Error.</b> A sum of n products is within {@code (n + 2) · (2⁻²³ · Σ|aᵢbᵢ| + 2⁻¹⁴⁹)} of
 *       the exact one: Higham, <i>Accuracy and Stability of Numerical Algorithms</i>, 2nd ed.,
 *       section 3.1, with twice its γₙ, and a unit of the subnormal range for each product. {@link
 *       #exp} and {@link #softmaxRow} state their own.
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
public interface Kernels {
  /** Codes that share a scale in the kernels of blocks. */
  int BLOCK = 32;

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
   * y[yo + r - 32 · from] = Σ w(r, c) · x[xo + c] over the columns c of w, modulo 2¹⁶, for all rows
   * r of the groups {@code from} to {@code to}, the last not included; rows that fill up a group
   * give 0.
   *
   * <p>A sum that fits 16 bits is exact, whatever its parts do. It fits where ‖w(r)‖ · ‖x‖ &lt;
   * 2¹⁵, by the inequality of Cauchy and Schwarz.
   *
   * @throws IllegalArgumentException if the groups, the vector or the sums do not lie inside of w
   *     and the arrays
   */
  default void dotsInt8(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    checkDotsInt8(w, from, to, x.length, xo, y.length, yo);
    PlainBlocks.dotsInt8(w, from, to, x, xo, y, yo);
  }

  /** Σ x[xo+i] · q[qo+i] over floats and signed bytes, in float. */
  float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo);

  /**
   * Quantises blocks of 32 floats to signed bytes: a scale d, and codes round(x / d) with halfway
   * away from zero.
   *
   * <pre>
   * d = max |x| / 127,   1/d as {@link #reciprocal}
   * scales[so + b] = d,  codes[co + b · step + i] = round(x[xo + 32 b + i] · (1/d))
   * </pre>
   *
   * Every implementation gives the same bits: those of ggml's {@code quantize_row_q8_0_ref}, d not
   * yet rounded to FP16.
   *
   * @return the number of blocks written: all, or those before the first that holds NaN or an
   *     infinity
   */
  default int quantizeInt8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    checkBlocks(blocks, codes.length, co, step, BLOCK, scales.length, so, x.length, xo);
    return PlainBlocks.quantizeInt8(blocks, x, xo, codes, co, step, scales, so);
  }

  /**
   * Quantises blocks of 32 floats to four bits: a scale d, and codes u that stand for d · (u - 8).
   *
   * <pre>
   * d = w* / -8, w* of largest magnitude with its sign, the first of equals;  1/d as in {@link #quantizeInt8}
   * scales[so + b] = d,  u = min(15, ⌊x · (1/d) + 8.5⌋) in float32
   * nibbles[no + b · step + i] = u(i) | u(i + 16) &lt;&lt; 4,  i in 0..15
   * </pre>
   *
   * Every implementation gives the same bits: those of ggml's {@code quantize_row_q4_0_ref}.
   *
   * @return as {@link #quantizeInt8}
   */
  default int quantizeInt4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    checkBlocks(blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return PlainBlocks.quantizeInt4(blocks, x, xo, nibbles, no, step, scales, so);
  }

  /**
   * Σ over blocks b of scales[so+b] · Σ w[wo + b · step + i] · x[xo + 32 b + i], i in 0..31.
   *
   * <p>w holds signed bytes, x values in -127..127. The inner sums are exact; the result is within
   * {@code (blocks + 8) · 2⁻²⁴ · Σ |scale · w · x|} of the exact one.
   */
  default float dotBlocksInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    checkBlocks(blocks, w.length, wo, step, BLOCK, scales.length, so, x.length, xo);
    return PlainBlocks.dotBlocksInt8(blocks, w, wo, step, scales, so, x, xo);
  }

  /**
   * The same with w = u - {@code zero} for four-bit codes u in 0..15 and {@code zero} in 0..15. A
   * block is 16 bytes: byte i holds code i in its low half and code i + 16 in its high one.
   */
  default float dotBlocksInt4(
      int blocks,
      byte[] nibbles,
      int no,
      int step,
      int zero,
      float[] scales,
      int so,
      short[] x,
      int xo) {
    checkBlocks(blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return PlainBlocks.dotBlocksInt4(blocks, nibbles, no, step, zero, scales, so, x, xo);
  }

  /**
   * y[yo + r] = Σ over blocks b of d(r, b) · xScales[xso + b] · Σ u(r, 32 b + i) · x[xo + 32 b +
   * i], for rows that lie one after the other from w[wo], block after block as GGUF files have
   * them.
   *
   * <pre>
   * bits 8, Q8_0   d in FP16, 2 bytes; 32 signed bytes u
   * bits 4, Q4_0   d in FP16, 2 bytes; 16 bytes, byte i holds u + 8 of code i in its low half, of i + 16 in its high one
   * </pre>
   *
   * <p>x holds values in -127..127. The inner sums are exact; the result is within {@code (blocks +
   * 8) · 2⁻²³} of the magnitudes of all products added, relative to the exact one.
   */
  default void dotsGguf(
      int bits,
      int rows,
      int blocks,
      byte[] w,
      int wo,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    checkGguf(bits, rows, blocks, w.length, wo, x.length, xo, xScales.length, xso, y.length, yo);
    PlainBlocks.dotsGguf(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
  }

  /**
   * y[yo + r] = Σ over blocks b of scale(r, b) · xScales[xso + b] · Σ (u(r, 32 b + i) - 2ᵇ⁻¹) ·
   * x[xo + 32 b + i], for the rows r of the groups {@code from} to {@code to}, the last not
   * included; u are the codes of w.
   *
   * <p>x holds values in -127..127. The inner sums are exact; the result is within {@code (blocks +
   * 3) · 2⁻²⁴} of the magnitudes of all products added, relative to the exact one.
   */
  default void multiply(
      Interleaved w,
      int from,
      int to,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    checkInterleaved(w, from, to, x.length, xo, xScales.length, xso, y.length, yo);
    PlainBlocks.multiply(w, from, to, x, xo, xScales, xso, y, yo);
  }

  /** Bytes of a block of {@link #dotsGguf}: a scale in FP16 and 32 codes. */
  static int ggufBlockBytes(int bits) {
    return 2 + BLOCK * bits / 8;
  }

  /**
   * The value of an FP16 code, IEEE 754 binary16, exactly: sign, five bits of exponent with bias
   * 15, ten of fraction.
   */
  static float fp16(short code) {
    // The fraction stands where float32 has its upper bits, and the sign, extended, on top.
    int bits = code << 13 & 0x8fff_e000;
    if ((code & 0x7c00) == 0x7c00) { // ∞ and NaN
      return Float.intBitsToFloat(bits | 0x7f80_0000);
    }
    // Exponents are 112 too low, of subnormals too: an exact multiplication.
    return Float.intBitsToFloat(bits) * 0x1p112f;
  }

  /** {@link #fp16(short)} of two bytes, the low one first. */
  static float fp16(byte[] bytes, int at) {
    return fp16((short) (bytes[at] & 255 | bytes[at + 1] << 8));
  }

  /** 1/d in float32, or 0 where that would be infinite: a block's codes for a scale of nothing. */
  static float reciprocal(float d) {
    float inverse = 1 / d;
    return Float.isInfinite(inverse) ? 0 : inverse;
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

  /** Checks the sizes of {@link #dotsInt8}. */
  static void checkDotsInt8(
      InterleavedBytes w, int from, int to, int xLength, int xo, int yLength, int yo) {
    checkGroups(from, to, w.groups());
    Check.inside("vector", xo, w.cols(), xLength);
    Check.inside("sums", yo, Check.elements("sums", to - from, InterleavedBytes.ROWS), yLength);
  }

  private static void checkGroups(int from, int to, int groups) {
    if (from < 0 || from > to || to > groups) {
      Check.that(false, "groups %d to %d are not inside of %d groups", from, to, groups);
    }
  }

  /** Checks the sizes of the kernels of blocks of {@code bytes} bytes. */
  static void checkBlocks(
      int blocks,
      int codesLength,
      int co,
      int step,
      int bytes,
      int scalesLength,
      int so,
      int xLength,
      int xo) {
    Check.inside("scales", so, blocks, scalesLength);
    Check.range("step", step, bytes, Check.MAX_ELEMENTS);
    checkBlocks("x", blocks, BLOCK, BLOCK, xLength, xo);
    checkBlocks("codes", blocks, step, bytes, codesLength, co);
  }

  private static void checkBlocks(
      String name, int blocks, int step, int width, int length, int offset) {
    long end = blocks == 0 ? offset : offset + (blocks - 1L) * step + width;
    if (offset < 0 || end > length) {
      Check.that(
          false,
          "%s: %d blocks of %d elements, %d apart, do not lie inside an array of %d from %d",
          name,
          blocks,
          width,
          step,
          length,
          offset);
    }
  }

  /** Checks the sizes of {@link #dotsGguf}. */
  static void checkGguf(
      int bits,
      int rows,
      int blocks,
      int wLength,
      int wo,
      int xLength,
      int xo,
      int xScalesLength,
      int xso,
      int yLength,
      int yo) {
    if (bits != 4 && bits != 8) {
      Check.that(false, "codes have %d bits: they must have 4 or 8", bits);
    }
    Check.inside("y", yo, rows, yLength);
    Check.inside("scales of x", xso, blocks, xScalesLength);
    checkBlocks("x", blocks, BLOCK, BLOCK, xLength, xo);
    int bytes = ggufBlockBytes(bits);
    checkBlocks("w", Check.elements("blocks", rows, blocks), bytes, bytes, wLength, wo);
  }

  /**
   * Checks the sizes of {@link #multiply(Interleaved, int, int, short[], int, float[], int,
   * float[], int)}.
   */
  static void checkInterleaved(
      Interleaved w,
      int from,
      int to,
      int xLength,
      int xo,
      int xScalesLength,
      int xso,
      int yLength,
      int yo) {
    checkGroups(from, to, w.groups());
    checkBlocks("x", w.blocks(), BLOCK, BLOCK, xLength, xo);
    Check.inside("scales of x", xso, w.blocks(), xScalesLength);
    Check.inside("y", yo, w.rows(), yLength);
  }
}

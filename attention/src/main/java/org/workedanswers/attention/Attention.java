package org.workedanswers.attention;

import org.workedanswers.core.Check;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * Scaled dot-product attention:
 *
 * <pre>
 * Attention(Q, K, V) = softmax(Q Kᵀ / √d_k) V
 *
 * Q  [n x d_k]   queries, one a row
 * K  [m x d_k]   keys
 * V  [m x d_v]   values; d_v may differ from d_k
 *    [n x d_v]   output
 * </pre>
 *
 * Source: Vaswani et al., <i>Attention Is All You Need</i>, 2017, section 3.2.1, equation 1. The
 * softmax runs over the keys that a {@link Mask} allows.
 *
 * <p><b>Positions.</b> The keys sit at 0..m-1 and the queries are the last n of these positions:
 * query i sits at {@code m - n + i}. So with n = m both agree, and with n = 1 the query is the
 * newest token, as it is when keys and values come from a cache. For n &gt; m the first n - m
 * queries sit before all keys; under a causal mask they have nothing to attend to.
 *
 * <p><b>Every form keeps one contract:</b>
 *
 * <ul>
 *   <li>A query with nothing to attend to (none allowed, m = 0, or all its scores -∞) gets zeros.
 *   <li>A score that is NaN or +∞ makes its query's row of the output NaN or infinite; a score of
 *       -∞, whether by a mask, by an infinity in query or key or because it overflows, leaves its
 *       key out. (Some forms scale the query and some the product: q·k is to stay below 2¹²⁸ by
 *       itself.) NaN or infinity in a value that a query attends to reaches that value's column of
 *       its row. What a query may not attend to never reaches its row, whatever it holds.
 *   <li>With kernels whose sums depend on the inner size alone, a query gets the same bits alone as
 *       among others, and the same bits when later keys, which it may not attend to, are not yet
 *       there: a cached step equals the uncached one. (Where a value is NaN or infinite, a row that
 *       must not see it is computed anew, in another order: equal within rounding.)
 *   <li>The output must not overlap an input. Views are welcome: nothing is copied for them.
 * </ul>
 */
public interface Attention {
  /** The short name: {@code plain}, {@code flash}, {@code tiled}. */
  String name();

  /**
   * Writes softmax(Q Kᵀ · scale) V to {@code output} [n x d_v] and returns what that took.
   *
   * @throws IllegalArgumentException if shapes do not fit, d_k is 0, or the mask is of another
   *     shape
   */
  Counts attend(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output);

  /**
   * Several heads side by side, as {@link MultiHead} has them, shared out over the loop's threads.
   * Returns what they took together; of scratch, what one thread takes.
   *
   * @throws IllegalArgumentException if a width can't be cut into the heads, or shapes do not fit
   */
  default Counts attend(
      MultiHead heads, Loop loop, Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    heads.checkWidths(q, k, v, output);
    Counts[] counts = new Counts[heads.heads()];
    loop.forEach(
        counts.length,
        t ->
            counts[t] =
                attend(
                    heads.queryHead(q, t),
                    heads.keyHead(k, t),
                    heads.keyHead(v, t),
                    mask,
                    heads.queryHead(output, t)));
    Counts all = Counts.ZERO;
    for (Counts one : counts) {
      all = all.then(one);
    }
    return all;
  }

  /**
   * Bytes of scratch that a call for n queries and m keys takes beside its inputs and its output,
   * told before it runs; {@link Counts#scratchBytes} counts the same as it runs. The repair of rows
   * that are not finite takes up to 8 · m more.
   */
  long scratchBytes(int n, int m, int dk, int dv);

  /** Returns softmax(Q Kᵀ · scale) V as a new [n x d_v] matrix. */
  default Matrix attend(Matrix q, Matrix k, Matrix v, Mask mask) {
    Matrix output = Matrix.zeros(q.rows(), v.cols());
    attend(q, k, v, mask, output);
    return output;
  }

  /** The form to read, on the best kernels there are. */
  static PlainAttention plain() {
    return new PlainAttention(KernelsChoice.best());
  }

  /** The form by blocks, on the best kernels there are. */
  static FlashAttention flash() {
    return new FlashAttention(KernelsChoice.best());
  }

  /** The fast form, on the best kernels there are. It keeps its scratch: hold on to it. */
  static TiledAttention tiled() {
    return new TiledAttention(KernelsChoice.best());
  }

  /** Checks the shapes of {@link #attend(Matrix, Matrix, Matrix, Mask, Matrix)}. */
  static void checkShapes(Matrix q, Matrix k, Matrix v, Mask mask, Matrix output) {
    Check.that(
        q.cols() == k.cols(), "q is %s and k is %s: both must have the same width d_k", q, k);
    Check.that(q.cols() >= 1, "q is %s and k is %s: their width d_k must be at least 1", q, k);
    Check.that(k.rows() == v.rows(), "k is %s and v is %s: each key must have one value", k, v);
    Check.that(
        output.rows() == q.rows() && output.cols() == v.cols(),
        "the output is %s: for q %s and v %s it must be %d x %d",
        output,
        q,
        v,
        q.rows(),
        v.cols());
    mask.checkFits(q.rows(), k.rows());
  }
}

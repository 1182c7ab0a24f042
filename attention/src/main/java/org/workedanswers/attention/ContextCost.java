package org.workedanswers.attention;

import org.workedanswers.core.Check;

/**
 * What attention over a context of n tokens takes, counted and not run:
 *
 * <pre>
 * cache         layers · g (d_k + d_v) · n · bytes of a number
 * scores        h · n² · bytes of a number              one layer's, where all are held at once
 * multiply-adds layers · h (d_k + d_v) · pairs
 * pairs         n² full, n (n + 1) / 2 causal, less with a window
 * </pre>
 *
 * The pairs are those that a mask allows; {@link Counts} tells what a form did, which is whole
 * blocks. Projections and feed-forward layers, whose cost grows with n alone, are not in it. All
 * numbers are longs; one that passes a long is refused.
 *
 * @param layers how many layers attend
 * @param heads h and g, as in {@link MultiHead}
 * @param dK d_k, width of a head's query and key
 * @param dV d_v, width of a head's value
 */
public record ContextCost(int layers, MultiHead heads, int dK, int dV) {
  /**
   * Of a model's shape.
   *
   * @throws IllegalArgumentException if a size is below 1
   */
  public ContextCost {
    Check.positive("layers", layers);
    Check.positive("dK", dK);
    Check.positive("dV", dV);
  }

  /**
   * Bytes of the keys and values of all layers.
   *
   * @param bits of one number: 16 for FP16, 8 for INT8; a part of a byte is rounded up
   * @throws IllegalArgumentException if n is negative, bits below 1, or the bytes pass a long
   */
  public long cacheBytes(long n, int bits) {
    return bytes(product(n, layers, heads.kvHeads(), (long) dK + dV), bits);
  }

  /**
   * Bytes of one layer's scores, h of n x n, where all are held at once, as {@link PlainAttention}
   * would with all heads at a time.
   *
   * @param bits of one number
   * @throws IllegalArgumentException if n is negative, bits below 1, or the bytes pass a long
   */
  public long scoreBytes(long n, int bits) {
    return bytes(product(n, n, heads.heads()), bits);
  }

  /**
   * Multiply-adds of both products over the pairs that a mask allows, all layers and heads.
   *
   * @throws IllegalArgumentException if n is negative or they pass a long
   */
  public long multiplyAdds(long n, Band mask) {
    return product(pairs(n, mask), layers, heads.heads(), (long) dK + dV);
  }

  /**
   * Pairs of a query and a key, of n each, that a mask allows. With b keys before the query's own
   * and a after it:
   *
   * <pre>
   * n + side(b) + side(a)      side(x) = x n - x (x + 1) / 2 for x &lt; n, n (n - 1) / 2 for more
   * </pre>
   *
   * @throws IllegalArgumentException if n is negative or they pass a long
   */
  public static long pairs(long n, Band mask) {
    product(n, n); // the most there are: then nothing below passes a long
    return n + side(n, mask.before()) + side(n, mask.after());
  }

  /**
   * Pairs on one side of the diagonal, at most {@code reach} from it: the sum of n - 1, n - 2 ...
   */
  private static long side(long n, int reach) {
    long most = Math.max(0, n - 1);
    long x = reach == Band.UNBOUNDED ? most : Math.min(reach, most);
    return x * n - x * (x + 1) / 2;
  }

  private static long bytes(long values, int bits) {
    long all = product(values, Check.positive("bits", bits));
    return all / 8 + (all % 8 == 0 ? 0 : 1);
  }

  private static long product(long n, long... factors) {
    Check.that(n >= 0, "n is %d: it must not be negative", n);
    long product = n;
    for (long factor : factors) {
      Check.that(
          factor == 0 || product <= Long.MAX_VALUE / factor,
          "%d times %d passes a long",
          product,
          factor);
      product *= factor;
    }
    return product;
  }
}

package org.workedanswers.attention;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * The keys and values of one layer of a decoder, so that a token's are computed once and not again
 * for every token after it:
 *
 * <pre>
 * K [length x g d_k]   V [length x g d_v]     g heads side by side, as {@link MultiHead} has them
 * bytes = 4 · (g d_k + g d_v) · positions
 * </pre>
 *
 * Row i is the token at position i. The queries of the newest n tokens attend to {@link #keys()}
 * and {@link #values()} under {@link Mask#causal()}: a prompt in one piece, in chunks or token by
 * token gives the same bits, on kernels whose sums depend on the inner size alone. Keys that are
 * turned by {@link Rope} are turned before they come here. Source: Shazeer, <i>Fast Transformer
 * Decoding: One Write-Head is All You Need</i>, 2019, which also says what it costs to read it at
 * every step, and that fewer heads than the queries have make it smaller by as much.
 *
 * <p>The capacity is fixed; memory is taken in steps as the cache fills, each half as large again,
 * and kept until the object goes. Not thread-safe, but many threads may read between two changes.
 */
public final class KvCache {
  /** Positions for which memory is taken at first, where the capacity is as large. */
  static final int FIRST_STEP = 64;

  private final int heads;
  private final int keyWidth;
  private final int valueWidth;
  private final int capacity;
  private Matrix keys; // K, its first rows in use   [held x g d_k]
  private Matrix values; // V                          [held x g d_v]
  private int length;

  /**
   * For keys and values of one width, d_k = d_v = d.
   *
   * @throws IllegalArgumentException as {@link #KvCache(int, int, int, int)}
   */
  public KvCache(int kvHeads, int d, int capacity) {
    this(kvHeads, d, d, capacity);
  }

  /**
   * For g heads of keys of width d_k and values of width d_v, and at most {@code capacity}
   * positions. Little memory is taken yet.
   *
   * @throws IllegalArgumentException if a size is below 1, if one array can't hold the keys or the
   *     values of all positions, or if both pass the memory that this Java machine may take
   */
  public KvCache(int kvHeads, int dK, int dV, int capacity) {
    long bytes = bytes(kvHeads, dK, dV, capacity);
    Check.positive("capacity", capacity);
    Check.elements("K", capacity, (long) kvHeads * dK);
    Check.elements("V", capacity, (long) kvHeads * dV);
    checkMemory("cache", capacity, bytes);
    this.heads = kvHeads;
    this.keyWidth = kvHeads * dK;
    this.valueWidth = kvHeads * dV;
    this.capacity = capacity;
    int held = Math.min(FIRST_STEP, capacity);
    keys = Matrix.zeros(held, keyWidth);
    values = Matrix.zeros(held, valueWidth);
  }

  /**
   * Bytes that so many positions of one layer take: 4 · g · (d_k + d_v) · positions.
   *
   * @throws IllegalArgumentException if a width is below 1, the positions are negative, or the
   *     bytes pass a long
   */
  public static long bytes(int kvHeads, int dK, int dV, long positions) {
    Check.positive("kvHeads", kvHeads);
    Check.positive("dK", dK);
    Check.positive("dV", dV);
    Check.that(positions >= 0, "positions is %d: it must not be negative", positions);
    long values = ((long) dK + dV) * kvHeads; // below 2⁶³, as they are ints
    Check.that(
        values <= Long.MAX_VALUE / Float.BYTES / Math.max(1, positions),
        "%d positions of %d heads, keys %d and values %d wide: their bytes pass a long",
        positions,
        kvHeads,
        dK,
        dV);
    return Float.BYTES * values * positions;
  }

  /** Refuses what would pass the memory that there is, before any of it is taken. */
  static void checkMemory(String name, long positions, long bytes) {
    long most = Runtime.getRuntime().maxMemory();
    Check.that(
        bytes <= most,
        "a %s of %d positions takes %d bytes and this Java machine may take %d in all",
        name,
        positions,
        bytes,
        most);
  }

  /** How many positions it holds. */
  public int length() {
    return length;
  }

  /** How many positions it can hold. */
  public int capacity() {
    return capacity;
  }

  /** g, the heads of keys and values. */
  public int kvHeads() {
    return heads;
  }

  /** Bytes of the memory that is taken now, used or not. */
  public long bytes() {
    return (long) Float.BYTES * (keys.data().length + (long) values.data().length);
  }

  /**
   * Copies the keys and values of the next positions, one a row. A refusal changes nothing.
   *
   * @param k keys [n x g d_k], n may be 0
   * @param v values [n x g d_v]
   * @throws IllegalArgumentException if shapes do not fit or the capacity would be passed
   */
  public void append(Matrix k, Matrix v) {
    int n = k.rows();
    Check.shape("k", k, n, keyWidth);
    Check.shape("v", v, n, valueWidth);
    Check.that(
        n <= capacity - length,
        "%d positions after %d pass the cache's capacity of %d",
        n,
        length,
        capacity);
    hold(length + n);
    keys.rows(length, length + n).set(k);
    values.rows(length, length + n).set(v);
    length += n;
  }

  private void hold(int positions) {
    if (positions > keys.rows()) {
      Matrix more = larger(keys, positions, capacity);
      values = larger(values, positions, capacity);
      keys = more;
    }
  }

  /** A copy with rows for that many positions at least, half as many again as before, or most. */
  static Matrix larger(Matrix m, int positions, int most) {
    long step = m.rows() + (long) m.rows() / 2;
    Matrix larger = Matrix.zeros((int) Math.max(positions, Math.min(most, step)), m.cols());
    larger.rows(0, m.rows()).set(m);
    return larger;
  }

  /**
   * K [length x g d_k], all heads side by side: a view. Take a new one after each {@link #append}:
   * an older one neither grows nor, once memory was taken anew, sees what is written.
   */
  public Matrix keys() {
    return keys.rows(0, length);
  }

  /** V [length x g d_v], all heads side by side: a view, as {@link #keys()}. */
  public Matrix values() {
    return values.rows(0, length);
  }

  /**
   * The keys [length x d_k] of head s of g: a view, as {@link #keys()}.
   *
   * @throws IllegalArgumentException if there is no such head
   */
  public Matrix keys(int s) {
    return head(keys(), s);
  }

  /**
   * The values [length x d_v] of head s of g: a view, as {@link #keys()}.
   *
   * @throws IllegalArgumentException if there is no such head
   */
  public Matrix values(int s) {
    return head(values(), s);
  }

  private Matrix head(Matrix all, int s) {
    int width = all.cols() / heads;
    Check.range("head", s, 0, heads - 1);
    return all.columns(s * width, (s + 1) * width);
  }

  /**
   * Drops the positions from {@code length} on: a draft that was refused, say. Memory is kept.
   *
   * @throws IllegalArgumentException if {@code length} is negative or above {@link #length()}
   */
  public void truncate(int length) {
    this.length = Check.range("length", length, 0, this.length);
  }

  /** Drops all positions. Memory is kept. */
  public void clear() {
    length = 0;
  }

  /** As in {@code 17 of 512 positions, 8 heads, K 17 x 512, V 17 x 512}. */
  @Override
  public String toString() {
    return String.format(
        "%d of %d positions, %d heads, K %s, V %s", length, capacity, heads, keys(), values());
  }
}

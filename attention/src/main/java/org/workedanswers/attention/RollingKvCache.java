package org.workedanswers.attention;

import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/**
 * A cache of bounded size for a text of any length: the first s positions, the attention sinks, and
 * the w newest, what lies between forgotten.
 *
 * <pre>
 * of tokens 0..t-1:    0 ... s-1, t-w ... t-1     once t &gt; s + w, all before
 * place in the cache:  0 ... s-1, s ... s+w-1     what {@link Rope} turns them by
 * K [length x g d_k]   V [length x g d_v]         length = min(t, s + w)
 * </pre>
 *
 * <b>The newest token, whose query attends, is one of the w</b>, as in {@link Mask#slidingWindow}:
 * with s = 0 and w = 1 a token attends to itself alone. With s = 0 it is the sliding window of w.
 *
 * <p>A model that is given the window alone fails as soon as the first tokens are gone, since
 * softmax must put its weight somewhere and has learned to put it there; with some four of them
 * kept it does not. A key is turned by its place in the cache, not in the text, so that no distance
 * passes s + w - 1; places move with every step, so keys are kept as they were before they are
 * turned, and {@link #rotatedKeys} turns them for the current step. Source: Xiao et al.,
 * <i>Efficient Streaming Language Models with Attention Sinks</i>, 2023, section 3.2.
 *
 * <p>Rows stand in the order of the text. To forget one, the sinks move one row on, over the oldest
 * of the window, and now and then all rows move back to the start: some s + 8 rows are moved a
 * token, where w is much larger than s. Not thread-safe, but many threads may read between two
 * changes.
 */
public final class RollingKvCache {
  private final int heads;
  private final int keyWidth;
  private final int valueWidth;
  private final int sinks;
  private final int most; // s + w
  private final int rows; // most that are ever held: s + w and some to move along
  private Matrix keys; // not turned   [held x g d_k]
  private Matrix values; //              [held x g d_v]
  private int start; // the row where the first position stands
  private int length;
  private long seen;

  private Matrix rotated; // keys, turned   [at least length x g d_k], once they are asked for
  private RopeTable turnedBy; // null at first
  private int turned; // rows of it that are right

  /**
   * For keys and values of one width, d_k = d_v = d.
   *
   * @throws IllegalArgumentException as {@link #RollingKvCache(int, int, int, int, int)}
   */
  public RollingKvCache(int kvHeads, int d, int sinks, int window) {
    this(kvHeads, d, d, sinks, window);
  }

  /**
   * For g heads of keys of width d_k and values of width d_v.
   *
   * @param sinks s, how many of the first positions are kept; may be 0
   * @param window w, how many of the newest are kept, at least 1
   * @throws IllegalArgumentException if a size is out of its range, if one array can't hold the
   *     keys or the values, or if both pass the memory that this Java machine may take
   */
  public RollingKvCache(int kvHeads, int dK, int dV, int sinks, int window) {
    Check.range("sinks", sinks, 0, Integer.MAX_VALUE);
    Check.positive("window", window);
    long spare = Math.max(8, window / 8);
    long all = (long) sinks + window + spare;
    long bytes = KvCache.bytes(kvHeads, dK, dV, all);
    Check.elements("K", all, (long) kvHeads * dK);
    Check.elements("V", all, (long) kvHeads * dV);
    KvCache.checkMemory("cache", all, bytes);
    this.heads = kvHeads;
    this.keyWidth = kvHeads * dK;
    this.valueWidth = kvHeads * dV;
    this.sinks = sinks;
    this.most = sinks + window;
    this.rows = (int) all;
    int held = Math.min(KvCache.FIRST_STEP, rows);
    keys = Matrix.zeros(held, keyWidth);
    values = Matrix.zeros(held, valueWidth);
    rotated = Matrix.zeros(0, keyWidth);
  }

  /** s, how many of the first positions are kept. */
  public int sinks() {
    return sinks;
  }

  /** w, how many of the newest positions are kept, the current token's among them. */
  public int window() {
    return most - sinks;
  }

  /** How many positions it holds: min(seen, s + w). */
  public int length() {
    return length;
  }

  /** How many positions have been appended, forgotten ones too. */
  public long seen() {
    return seen;
  }

  /**
   * The position in the text of row i.
   *
   * @throws IllegalArgumentException if there is no such row
   */
  public long position(int i) {
    Check.that(i >= 0 && i < length, "row is %d: the cache has %d", i, length);
    return i < sinks ? i : seen - length + i;
  }

  /** Bytes of the memory that is taken now, used or not, turned keys among it. */
  public long bytes() {
    long values = (long) keys.data().length + this.values.data().length + rotated.data().length;
    return Float.BYTES * values;
  }

  /**
   * Copies the keys and values of the next positions, one a row, and forgets what no longer has a
   * place. What is held then serves the query of the last of them; where the earlier ones' queries
   * matter as well, {@link #attend} takes one after the other.
   *
   * @param k keys before any rotation [n x g d_k], n may be 0
   * @param v values [n x g d_v]
   * @throws IllegalArgumentException if shapes do not fit; nothing has changed then
   */
  public void append(Matrix k, Matrix v) {
    Check.shape("k", k, k.rows(), keyWidth);
    Check.shape("v", v, k.rows(), valueWidth);
    for (int i = 0; i < k.rows(); i++) {
      if (length == most) {
        forget();
      }
      hold(start + length + 1);
      int row = start + length;
      keys.rows(row, row + 1).set(k.rows(i, i + 1));
      values.rows(row, row + 1).set(v.rows(i, i + 1));
      length++;
      seen++;
    }
  }

  /** Drops the oldest row of the window. */
  private void forget() {
    if (start + length == rows) {
      move(start, 0, length);
      start = 0;
    }
    move(start, start + 1, sinks);
    start++;
    length--;
    turned = Math.min(turned, sinks);
  }

  private void move(int from, int to, int count) {
    move(keys, from, to, count);
    move(values, from, to, count);
  }

  private static void move(Matrix m, int from, int to, int count) {
    float[] data = m.data();
    System.arraycopy(data, from * m.cols(), data, to * m.cols(), count * m.cols());
  }

  private void hold(int positions) {
    if (positions > keys.rows()) {
      Matrix more = KvCache.larger(keys, positions, rows);
      values = KvCache.larger(values, positions, rows);
      keys = more;
    }
  }

  /**
   * K [length x g d_k] as it was appended, not turned, in the order of the text: a view, good until
   * the next change.
   */
  public Matrix keys() {
    return keys.rows(start, start + length);
  }

  /** V [length x g d_v] in the same order: a view, good until the next change. */
  public Matrix values() {
    return values.rows(start, start + length);
  }

  /**
   * K [length x g d_k], each row turned by its place, 0 to length - 1: a view, good until the next
   * change. The newest token's query is to be turned by place {@code length - 1}. While nothing is
   * forgotten only new rows are turned; then all of the window at each step.
   *
   * @param table of at least s + w positions; one serves all layers
   * @throws IllegalArgumentException if its width is not d_k or it has too few positions
   */
  public Matrix rotatedKeys(RopeTable table) {
    Check.that(
        table.width() == keyWidth / heads,
        "the table turns heads %d wide and the keys' heads are %d wide",
        table.width(),
        keyWidth / heads);
    Check.that(
        table.positions() >= most,
        "the table has %d positions: a cache of %d sinks and a window of %d needs %d",
        table.positions(),
        sinks,
        most - sinks,
        most);
    if (rotated.rows() < length) {
      rotated = Matrix.zeros(Math.min(keys.rows(), most), keyWidth);
      turned = 0;
    }
    int right = table == turnedBy ? turned : 0;
    Matrix rest = rotated.rows(right, length);
    rest.set(keys().rows(right, length));
    table.rotate(rest, right);
    turnedBy = table;
    turned = length;
    return rotated.rows(0, length);
  }

  /**
   * Attention of a decoder over the next n tokens, one after the other: each is appended, its query
   * turned by its place, and attends to all that is held. Those that find free places are taken
   * together under {@link Mask#causal()}, which is the same. Any cut of a text into calls gives the
   * same bits, on kernels whose sums depend on the inner size alone.
   *
   * @param heads with as many heads of keys and values as the cache has
   * @param table as in {@link #rotatedKeys}
   * @param q queries before any rotation [n x h d_k]; unchanged
   * @param k keys before any rotation [n x g d_k]
   * @param v values [n x g d_v]
   * @param output [n x h d_v]
   * @return what all steps took together; of scratch the largest step's
   * @throws IllegalArgumentException if shapes do not fit; nothing has changed then
   */
  public Counts attend(
      MultiHead heads,
      Attention attention,
      Loop loop,
      RopeTable table,
      Matrix q,
      Matrix k,
      Matrix v,
      Matrix output) {
    int n = k.rows();
    int groups = heads.heads() / this.heads;
    Check.that(
        heads.kvHeads() == this.heads,
        "there are %d heads of keys and values and the cache has %d",
        heads.kvHeads(),
        this.heads);
    Check.shape("q", q, n, groups * keyWidth);
    Check.shape("k", k, n, keyWidth);
    Check.shape("v", v, n, valueWidth);
    Check.shape("output", output, n, groups * valueWidth);
    rotatedKeys(table); // refuses a table that does not serve before anything has changed
    int together = Math.min(n, most - length); // nothing is forgotten: places stay
    Counts counts = Counts.ZERO;
    for (int from = 0, to; from < n; from = to) {
      to = from < together ? together : from + 1;
      append(k.rows(from, to), v.rows(from, to));
      Matrix queries = q.rows(from, to).copy();
      table.rotate(queries, length - queries.rows());
      Matrix held = rotatedKeys(table);
      Matrix part = output.rows(from, to);
      counts =
          counts.then(heads.attend(attention, loop, queries, held, values(), Mask.causal(), part));
    }
    return counts;
  }

  /** Forgets all. Memory is kept. */
  public void clear() {
    start = 0;
    length = 0;
    seen = 0;
    turned = 0;
  }

  /** As in {@code 4 sinks and a window of 1020, 17 held of 17 seen}. */
  @Override
  public String toString() {
    return String.format(
        "%d sinks and a window of %d, %d held of %d seen", sinks, most - sinks, length, seen);
  }
}

package org.workedanswers.transformer.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntPredicate;
import org.workedanswers.core.Check;

/**
 * The tokens that may still be drawn, with their logits x_i and a temperature T:
 *
 * <pre>
 * weight_i = e^((x_i - x_max) / T)        probability_i = weight_i / Σ_j weight_j
 * </pre>
 *
 * Better means a larger logit, of equal ones the lower token. The candidates stand in no order but
 * for those at the front that {@link #sortBest} has put there: steps that look at the best alone
 * need no sort of 128,000. A token whose logit is -∞ is none of them.
 *
 * <p>A candidate is one long, the better the smaller: its logit's bits, made to order as whole
 * numbers do and inverted, above its token. All are different, so the order has no ties.
 */
public final class Candidates {
  private static final int MOST_PARTITIONS = 64;
  private static final int MOST_IN_HEAP = 256;

  private final long[] keys; // the first count of them
  private int count;
  private int sorted; // how many at the front are the best, in order
  private double temperature = 1;

  /**
   * All tokens of a vocabulary, their logits by token.
   *
   * @throws IllegalArgumentException if there are none, one is NaN or +∞, or all are -∞
   */
  Candidates(float[] logits) {
    Check.that(logits.length > 0, "there are no logits: a vocabulary has at least one token");
    keys = new long[logits.length];
    for (int token = 0; token < logits.length; token++) {
      float x = logits[token];
      if (!(x < Float.POSITIVE_INFINITY)) {
        Check.that(false, "the logit of token %d is %s: it must be a number or -∞", token, x);
      }
      if (x > Float.NEGATIVE_INFINITY) {
        keys[count++] = key(x, token);
      }
    }
    Check.that(count > 0, "the logits of all %d tokens are -∞: none is left", logits.length);
  }

  private Candidates(Candidates other) {
    keys = Arrays.copyOf(other.keys, other.count);
    count = other.count;
    sorted = other.sorted;
    temperature = other.temperature;
  }

  /** The same again, to look at in another order. */
  Candidates copy() {
    return new Candidates(this);
  }

  private static long key(float x, int token) {
    int bits = Float.floatToRawIntBits(x + 0f); // -0 and 0 are one
    int ascending = bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    return (long) ~ascending << 32 | token;
  }

  /** How many are left. */
  public int count() {
    return count;
  }

  /** The token of candidate i of {@link #count}. */
  public int token(int i) {
    return (int) keys[i];
  }

  /** The logit of candidate i, not divided by T. */
  public float logit(int i) {
    int ascending = ~(int) (keys[i] >> 32);
    return Float.intBitsToFloat(ascending ^ ((ascending >> 31) & Integer.MAX_VALUE));
  }

  /** T: 1 until a step divides the logits by another. */
  public double temperature() {
    return temperature;
  }

  /**
   * Divides all logits by t, beside what they were divided by before.
   *
   * @throws IllegalArgumentException if T is then no finite number above 0
   */
  public void divideBy(double t) {
    temperature = Check.positive("temperature", temperature * t);
  }

  /** The weights of all candidates as they stand, the largest 1. */
  public double[] weights() {
    double[] weights = new double[count];
    float max = logit(best());
    for (int i = 0; i < count; i++) {
      weights[i] = Math.exp(((double) logit(i) - max) / temperature);
    }
    return weights;
  }

  /** Where the best stands. */
  public int best() {
    int best = 0;
    for (int i = 1; i < count && sorted == 0; i++) {
      best = keys[i] < keys[best] ? i : best;
    }
    return best;
  }

  /**
   * Puts the m best at the front, in order; all, if there are no more than m. It costs a pass over
   * the others and a sort of m.
   *
   * @throws IllegalArgumentException if m is negative
   */
  public void sortBest(int m) {
    int to = Math.min(Check.range("m", m, 0, Integer.MAX_VALUE), count);
    if (to > sorted) {
      if (to < count) {
        select(sorted, count, to);
      }
      Arrays.sort(keys, sorted, to);
      sorted = to;
    }
  }

  /** Moves what belongs before {@code middle} there, in any order, within from..to-1. */
  private void select(int from, int to, int middle) {
    if (middle - from <= MOST_IN_HEAP) {
      heap(from, to, middle);
    } else {
      halve(from, to, middle);
    }
  }

  /**
   * The few best: a heap from..middle-1 with the worst of them at its root, which gives way to what
   * is better. Most are not, and cost a comparison.
   */
  private void heap(int from, int to, int middle) {
    int size = middle - from;
    for (int i = size / 2 - 1; i >= 0; i--) {
      sink(from, size, i);
    }
    for (int i = middle; i < to && size > 0; i++) {
      if (keys[i] < keys[from]) {
        long root = keys[from];
        keys[from] = keys[i];
        keys[i] = root;
        sink(from, size, 0);
      }
    }
  }

  /** Lets what stands at i of the heap sink below those that are worse. */
  private void sink(int from, int size, int i) {
    long key = keys[from + i];
    int at = i;
    for (int child; (child = 2 * at + 1) < size; at = child) {
      if (child + 1 < size && keys[from + child + 1] > keys[from + child]) {
        child++;
      }
      if (keys[from + child] <= key) {
        break;
      }
      keys[from + at] = keys[from + child];
    }
    keys[from + at] = key;
  }

  /** The many best: parts of which the first is better, until the cut is at {@code middle}. */
  private void halve(int from, int to, int middle) {
    int low = from;
    int high = to;
    for (int left = MOST_PARTITIONS; high - low > 1; left--) {
      if (left == 0) { // pivots that cut off next to nothing, time and again
        Arrays.sort(keys, low, high);
        return;
      }
      int cut = partition(low, high);
      if (cut < middle) {
        low = cut;
      } else if (cut > middle) {
        high = cut;
      } else {
        return;
      }
    }
  }

  /** Cuts low..high-1, two at least, into two parts, neither empty; all of the first are better. */
  private int partition(int low, int high) {
    long a = keys[low];
    long b = keys[(low + high) >>> 1];
    long c = keys[high - 1];
    long pivot = Math.max(Math.min(a, b), Math.min(Math.max(a, b), c)); // the median
    int i = low;
    int j = high - 1;
    while (true) {
      while (keys[i] < pivot) {
        i++;
      }
      while (keys[j] > pivot) {
        j--;
      }
      if (i >= j) {
        return Math.max(i, low + 1);
      }
      long swap = keys[i];
      keys[i] = keys[j];
      keys[j] = swap;
    }
  }

  /**
   * Keeps the m best.
   *
   * @throws IllegalArgumentException if m is below 1
   */
  public void keepBest(int m) {
    Check.positive("m", m);
    if (m == 1) {
      keys[0] = keys[best()];
    } else if (m > sorted && m < count) {
      select(sorted, count, m);
    }
    count = Math.min(m, count);
    sorted = m == 1 ? 1 : Math.min(sorted, count);
  }

  /** Keeps those whose logit, not divided by T, is {@code least} at least, and the best. */
  public void keepFrom(double least) {
    double bound = Math.min(least, logit(best()));
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (logit(i) >= bound) {
        keys[kept++] = keys[i];
      }
    }
    count = kept;
    sorted = Math.min(sorted, kept);
  }

  /** Keeps the tokens that are asked for; where none of them is left, the best alone. */
  public void keep(IntPredicate tokens) {
    long best = keys[best()];
    int kept = 0;
    int inOrder = 0;
    for (int i = 0; i < count; i++) {
      if (tokens.test(token(i))) {
        keys[kept++] = keys[i];
        inOrder += i < sorted ? 1 : 0;
      }
    }
    if (kept == 0) {
      keys[0] = best;
    }
    count = Math.max(1, kept);
    sorted = inOrder;
  }

  /**
   * Changes the logits, not divided by T, of some tokens. A result beyond a float becomes the
   * largest float, or its negative; {@link #keep} is what leaves tokens out.
   *
   * @param tokens which; those that are no candidates stay out
   * @throws IllegalArgumentException if a result is NaN
   */
  public void change(BitSet tokens, DoubleUnaryOperator change) {
    for (int i = 0; i < count; i++) {
      if (tokens.get(token(i))) {
        double x = change.applyAsDouble(logit(i));
        Check.that(!Double.isNaN(x), "the logit of token %d has become NaN", token(i));
        float rounded = (float) Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, x));
        keys[i] = key(rounded, token(i));
        sorted = 0;
      }
    }
  }
}

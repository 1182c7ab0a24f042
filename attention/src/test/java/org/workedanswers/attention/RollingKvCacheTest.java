package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.attention.Rope.Pairing;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class RollingKvCacheTest {
  static List<Attention> forms() {
    return BitsTest.forms();
  }

  /** What is kept of tokens 0..t-1, written down anew. */
  private static List<Integer> kept(int t, int sinks, int window) {
    List<Integer> kept = new ArrayList<>();
    for (int i = 0; i < t; i++) {
      if (i < sinks || i >= t - window) {
        kept.add(i);
      }
    }
    return kept;
  }

  private static Matrix select(Matrix m, List<Integer> rows) {
    Matrix selected = Matrix.zeros(rows.size(), m.cols());
    for (int i = 0; i < rows.size(); i++) {
      selected.rows(i, i + 1).set(m.rows(rows.get(i), rows.get(i) + 1));
    }
    return selected;
  }

  /** Token t attends, as in the paper: what is kept, turned by its place. */
  private static Matrix expected(
      Attention form, MultiHead heads, Rope rope, Matrix q, Matrix k, Matrix v, int t, int[] sw) {
    List<Integer> kept = kept(t + 1, sw[0], sw[1]);
    Matrix keys = select(k, kept);
    rope.rotate(keys, 0);
    Matrix query = q.rows(t, t + 1).copy();
    rope.rotate(query, kept.size() - 1);
    Matrix output = Matrix.zeros(1, heads.heads() * v.cols() / heads.kvHeads());
    heads.attend(form, Loop.sequential(), query, keys, select(v, kept), Mask.full(), output);
    return output;
  }

  private static final int[][] SINKS_AND_WINDOWS = {
    {0, 1}, {1, 1}, {4, 1}, {0, 2}, {3, 2}, {4, 12}, {0, 30}, {2, 33}, {20, 5}
  };

  @ParameterizedTest
  @MethodSource("forms")
  void everyStepIsAttentionOverTheSelectedRows(Attention form) {
    SeededRandom random = new SeededRandom(41);
    MultiHead heads = new MultiHead(4, 2);
    for (int[] sw : SINKS_AND_WINDOWS) {
      int n = sw[0] + sw[1] + 25;
      int d = 2 * (1 + random.below(4));
      int dV = 1 + random.below(6);
      Rope rope = Rope.of(d, random.coin() ? Pairing.INTERLEAVED : Pairing.HALF_SPLIT);
      RopeTable table = rope.table(sw[0] + sw[1]);
      Matrix q = Reference.view(random, n, 4 * d);
      Matrix k = Reference.view(random, n, 2 * d);
      Matrix v = Reference.view(random, n, 2 * dV);
      RollingKvCache cache = new RollingKvCache(2, d, dV, sw[0], sw[1]);
      Matrix output = Matrix.zeros(n, 4 * dV);
      for (int from = 0, to; from < n; from = to) {
        to = Math.min(n, from + random.below(20));
        cache.attend(
            heads,
            form,
            Loop.sequential(),
            table,
            q.rows(from, to),
            k.rows(from, to),
            v.rows(from, to),
            output.rows(from, to));
      }
      for (int t = random.below(3); t < n; t += 1 + random.below(4)) {
        assertArrayEquals(
            expected(form, heads, rope, q, k, v, t, sw).row(0),
            output.row(t),
            sw[0] + " sinks, window " + sw[1] + ", token " + t);
      }
    }
  }

  /** Appends of any size, what is held looked at after each; keys turned now and then. */
  @Test
  void holdsTheFirstAndTheNewest() {
    SeededRandom random = new SeededRandom(42);
    for (int round = 0; round < 80; round++) {
      int sinks = random.below(2) * random.below(70);
      int window = 1 + random.below(random.coin() ? 8 : 150);
      int d = 2 * (1 + random.below(2));
      int n = 1 + random.below(4 * (sinks + window));
      Matrix k = random.gaussian(n, 2 * d, 1);
      Matrix v = random.gaussian(n, 6, 1);
      RollingKvCache cache = new RollingKvCache(2, d, 3, sinks, window);
      RopeTable[] tables = {
        Rope.of(d, Pairing.INTERLEAVED).table(sinks + window),
        Rope.of(d, Pairing.HALF_SPLIT).table(sinks + window + 3)
      };
      for (int from = 0, to; from < n; from = to) {
        to = Math.min(n, from + random.below(random.coin() ? 4 : 2 * (sinks + window)));
        cache.append(k.rows(from, to), v.rows(from, to));
        List<Integer> kept = kept(to, sinks, window);
        assertEquals(kept.size(), cache.length());
        assertEquals(to, cache.seen());
        assertArrayEquals(select(k, kept).toArray(), cache.keys().toArray());
        assertArrayEquals(select(v, kept).toArray(), cache.values().toArray());
        for (int i = 0; i < kept.size(); i++) {
          assertEquals((long) kept.get(i), cache.position(i));
        }
        for (int look = random.below(3); look > 0; look--) {
          int which = random.below(2);
          Matrix turned = select(k, kept);
          Rope.of(d, Pairing.values()[which]).rotate(turned, 0);
          assertArrayEquals(turned.toArray(), cache.rotatedKeys(tables[which]).toArray());
        }
        if (random.below(25) == 0) {
          cache.clear();
          assertEquals(0, cache.length());
          k = k.rows(to, n);
          v = v.rows(to, n);
          n -= to;
          to = 0;
        }
      }
    }
  }

  /** Without sinks: the uncached sliding window, keys turned by their positions in the text. */
  @ParameterizedTest
  @EnumSource
  void withoutSinksItIsTheSlidingWindow(Pairing pairing) {
    SeededRandom random = new SeededRandom(43);
    int n = 90;
    Rope rope = Rope.of(8, pairing);
    Matrix q = random.gaussian(n, 8, 1);
    Matrix k = random.gaussian(n, 8, 1);
    Matrix v = random.gaussian(n, 5, 1);
    Matrix turnedQ = q.copy();
    Matrix turnedK = k.copy();
    rope.rotate(turnedQ, 0);
    rope.rotate(turnedK, 0);
    for (int w : new int[] {1, 2, 7, 40, 89, 90, 200}) {
      Reference.Expected window = Reference.attend(turnedQ, turnedK, v, Mask.slidingWindow(w));
      Matrix output = rolled(q, k, v, rope.table(w), 0, w);
      double off = 0;
      double oneMore = 0;
      Reference.Expected wider = Reference.attend(turnedQ, turnedK, v, Mask.slidingWindow(w + 1));
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < 5; c++) {
          off = Math.max(off, Math.abs(window.output()[i][c] - output.get(i, c)));
          oneMore = Math.max(oneMore, Math.abs(wider.output()[i][c] - output.get(i, c)));
        }
      }
      assertTrue(off < 5e-6, "w = " + w + ": off by " + off);
      assertTrue(w >= n || oneMore > 1e-3, "w = " + w + " is not w + 1: " + oneMore);
    }
    assertArrayEquals(v.toArray(), rolled(q, k, v, rope.table(1), 0, 1).toArray(), "itself alone");
  }

  private static Matrix rolled(
      Matrix q, Matrix k, Matrix v, RopeTable table, int sinks, int window) {
    RollingKvCache cache = new RollingKvCache(1, k.cols(), v.cols(), sinks, window);
    Matrix output = Matrix.zeros(q.rows(), v.cols());
    Attention plain = new PlainAttention(PlainKernels.PLAIN);
    cache.attend(new MultiHead(1), plain, Loop.sequential(), table, q, k, v, output);
    return output;
  }

  /** While nothing is forgotten it is causal attention. */
  @Test
  void upToItsSizeItIsCausalAttention() {
    SeededRandom random = new SeededRandom(44);
    Rope rope = Rope.of(6, Pairing.INTERLEAVED);
    Matrix q = random.gaussian(50, 6, 1);
    Matrix k = random.gaussian(50, 6, 1);
    Matrix v = random.gaussian(50, 6, 1);
    Matrix output = rolled(q, k, v, rope.table(50), 4, 46);
    rope.rotate(q, 0);
    rope.rotate(k, 0);
    Matrix causal = new PlainAttention(PlainKernels.PLAIN).attend(q, k, v, Mask.causal());
    assertArrayEquals(causal.toArray(), output.toArray());
  }

  /** Not by places in the text: far on, the distance to a sink stays s + w - 1. */
  @Test
  void aSinkIsAsFarAsTheCacheIsLong() {
    SeededRandom random = new SeededRandom(45);
    Rope rope = Rope.of(2, Pairing.HALF_SPLIT);
    RollingKvCache cache = new RollingKvCache(1, 2, 1, 3);
    Matrix k = random.gaussian(100, 2, 1);
    cache.append(k, k);
    Matrix expected = select(k, List.of(0, 97, 98, 99));
    rope.rotate(expected, 0);
    assertArrayEquals(expected.toArray(), cache.rotatedKeys(rope.table(4)).toArray());
    assertEquals(97, cache.position(1));
  }

  @Test
  void memoryStaysBounded() {
    RollingKvCache cache = new RollingKvCache(2, 4, 4, 800);
    RopeTable table = Rope.of(4, Pairing.INTERLEAVED).table(804);
    Matrix row = Matrix.zeros(1, 8);
    assertEquals(64 * 2 * 8 * 4, cache.bytes());
    for (int i = 0; i < 5000; i++) {
      cache.append(row, row);
    }
    assertEquals((4 + 800 + 100) * 2 * 8 * 4, cache.bytes());
    cache.rotatedKeys(table);
    assertEquals((4 + 800 + 100) * 2 * 8 * 4 + 804 * 8 * 4, cache.bytes());
    assertEquals("4 sinks and a window of 800, 804 held of 5000 seen", cache.toString());
    assertEquals(4, cache.sinks());
    assertEquals(800, cache.window());
  }

  @Test
  void refusals() {
    assertRefused(
        "sinks is -1: it must be in 0..2147483647", () -> new RollingKvCache(1, 4, -1, 3));
    assertRefused("window is 0: it must be at least 1", () -> new RollingKvCache(1, 4, 4, 0));
    assertRefused("kvHeads is 0: it must be at least 1", () -> new RollingKvCache(0, 4, 4, 1));
    assertRefused(
        "K is 4563402749 x 4: its elements pass the 2147483639 that one Java array can hold",
        () -> new RollingKvCache(1, 4, Integer.MAX_VALUE, Integer.MAX_VALUE));
    RollingKvCache cache = new RollingKvCache(2, 4, 3, 1, 2);
    cache.append(Matrix.zeros(1, 8), Matrix.zeros(1, 6));
    assertRefused(
        "k is 1 x 7: it must be 1 x 8", () -> cache.append(Matrix.zeros(1, 7), Matrix.zeros(1, 6)));
    assertRefused(
        "v is 2 x 6: it must be 1 x 6", () -> cache.append(Matrix.zeros(1, 8), Matrix.zeros(2, 6)));
    assertRefused("row is 1: the cache has 1", () -> cache.position(1));
    assertRefused("row is -1: the cache has 1", () -> cache.position(-1));
    Rope rope = Rope.of(4, Pairing.INTERLEAVED);
    assertRefused(
        "the table has 2 positions: a cache of 1 sinks and a window of 2 needs 3",
        () -> cache.rotatedKeys(rope.table(2)));
    assertRefused(
        "the table turns heads 2 wide and the keys' heads are 4 wide",
        () -> cache.rotatedKeys(Rope.of(2, Pairing.INTERLEAVED).table(3)));
    assertRefused(
        "there are 4 heads of keys and values and the cache has 2",
        () -> attend(cache, new MultiHead(4), rope, 16, 12));
    assertRefused(
        "q is 1 x 8: it must be 1 x 16", () -> attend(cache, new MultiHead(4, 2), rope, 8, 12));
    assertRefused(
        "output is 1 x 6: it must be 1 x 12",
        () -> attend(cache, new MultiHead(4, 2), rope, 16, 6));
    assertEquals(1, cache.seen(), "a refusal changes nothing");
    attend(cache, new MultiHead(4, 2), rope, 16, 12);
    assertEquals(2, cache.seen());
  }

  private static void attend(RollingKvCache cache, MultiHead heads, Rope rope, int q, int output) {
    cache.attend(
        heads,
        new PlainAttention(PlainKernels.PLAIN),
        Loop.sequential(),
        rope.table(3),
        Matrix.zeros(1, q),
        Matrix.zeros(1, 8),
        Matrix.zeros(1, 6),
        Matrix.zeros(1, output));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}

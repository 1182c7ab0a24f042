package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

class KvCacheTest {
  static List<Attention> forms() {
    return BitsTest.forms();
  }

  /** Whole, in chunks of random sizes, and token by token: grouped heads, d_k and d_v apart. */
  @ParameterizedTest
  @MethodSource("forms")
  void cachedChunkedAndUncachedGiveTheSameBits(Attention form) {
    SeededRandom random = new SeededRandom(31);
    for (int[] grouped : new int[][] {{1, 1}, {4, 4}, {6, 2}, {3, 1}}) {
      MultiHead heads = new MultiHead(grouped[0], grouped[1]);
      int n = 1 + random.below(170);
      int dK = 1 + random.below(20);
      int dV = 1 + random.below(20);
      Matrix q = Reference.view(random, n, heads.heads() * dK);
      Matrix k = Reference.view(random, n, heads.kvHeads() * dK);
      Matrix v = Reference.view(random, n, heads.kvHeads() * dV);
      for (Mask mask : List.of(Mask.causal(), Mask.slidingWindow(11))) {
        Matrix uncached = Matrix.zeros(n, heads.heads() * dV);
        heads.attend(form, Loop.sequential(), q, k, v, mask, uncached);
        for (int most : new int[] {1, 7, 100}) {
          KvCache cache = new KvCache(heads.kvHeads(), dK, dV, n);
          for (int from = 0, to; from < n; from = to) {
            to = Math.min(n, from + 1 + random.below(most));
            cache.append(k.rows(from, to), v.rows(from, to));
            Matrix output = Matrix.zeros(to - from, uncached.cols());
            Matrix newest = q.rows(from, to);
            heads.attend(
                form, Loop.sequential(), newest, cache.keys(), cache.values(), mask, output);
            assertArrayEquals(
                uncached.rows(from, to).toArray(), output.toArray(), mask + " from " + from);
          }
        }
      }
    }
  }

  @Test
  void holdsWhatWasAppendedOverRandomSizesAndTruncations() {
    SeededRandom random = new SeededRandom(32);
    for (int round = 0; round < 60; round++) {
      int heads = 1 + random.below(3);
      int dK = 1 + random.below(4);
      int dV = 1 + random.below(4);
      int capacity = 1 + random.below(400);
      KvCache cache = new KvCache(heads, dK, dV, capacity);
      Matrix k = random.gaussian(capacity, heads * dK, 1);
      Matrix v = random.gaussian(capacity, heads * dV, 1);
      for (int step = 0; step < 40; step++) {
        int from = cache.length();
        int to = from + random.below(Math.min(capacity - from, 60) + 1);
        cache.append(k.rows(from, to), v.rows(from, to));
        check(cache, k.rows(0, to), v.rows(0, to), dK, dV);
        if (random.below(6) == 0) {
          int left = random.below(to + 1);
          cache.truncate(left);
          check(cache, k.rows(0, left), v.rows(0, left), dK, dV);
          k = random.gaussian(capacity, heads * dK, 1); // what follows overwrites
          k.rows(0, left).set(cache.keys());
        }
      }
      cache.clear();
      check(cache, k.rows(0, 0), v.rows(0, 0), dK, dV);
    }
  }

  private static void check(KvCache cache, Matrix k, Matrix v, int dK, int dV) {
    assertEquals(k.rows(), cache.length());
    assertArrayEquals(k.toArray(), cache.keys().toArray());
    assertArrayEquals(v.toArray(), cache.values().toArray());
    for (int s = 0; s < cache.kvHeads(); s++) {
      assertArrayEquals(k.columns(s * dK, s * dK + dK).toArray(), cache.keys(s).toArray());
      assertArrayEquals(v.columns(s * dV, s * dV + dV).toArray(), cache.values(s).toArray());
      assertSame(cache.keys().data(), cache.keys(s).data(), "a view");
      assertSame(cache.values().data(), cache.values(s).data(), "a view");
    }
    int held = (int) (cache.bytes() / KvCache.bytes(cache.kvHeads(), dK, dV, 1));
    assertTrue(cache.length() <= held && held <= cache.capacity(), held + " held, " + cache);
    assertEquals(KvCache.bytes(cache.kvHeads(), dK, dV, held), cache.bytes());
  }

  @Test
  void memoryGrowsInStepsUpToTheCapacity() {
    KvCache cache = new KvCache(2, 4, 6, 1000);
    int perPosition = 4 * 2 * (4 + 6);
    assertEquals(64 * perPosition, cache.bytes());
    int steps = 0;
    for (int i = 0; i < 1000; i++) {
      long before = cache.bytes();
      cache.append(Matrix.zeros(1, 8), Matrix.zeros(1, 12));
      steps += cache.bytes() == before ? 0 : 1;
    }
    assertEquals(7, steps, "64, 96, 144, 216, 324, 486, 729, 1000");
    assertEquals(1000 * perPosition, cache.bytes(), "and never beyond");
    cache.clear();
    assertEquals(1000 * perPosition, cache.bytes());
    assertEquals("0 of 1000 positions, 2 heads, K 0 x 8, V 0 x 12", cache.toString());
    KvCache atOnce = new KvCache(2, 4, 6, 1000);
    atOnce.append(Matrix.zeros(500, 8), Matrix.zeros(500, 12));
    assertEquals(500 * perPosition, atOnce.bytes());
    assertEquals(3 * perPosition, new KvCache(2, 4, 6, 3).bytes());
  }

  /** Llama 3 8B, one of 32 layers: 8 heads of width 128. */
  @Test
  void bytesFollowTheFormula() {
    assertEquals(2L * 4 * 8 * 128 * 8192, KvCache.bytes(8, 128, 128, 8192));
    assertEquals(8192L * 1_000_000, KvCache.bytes(8, 128, 128, 1_000_000));
    assertEquals(0, KvCache.bytes(8, 128, 128, 0));
    assertRefused(
        "9223372036854775807 positions of 8 heads, keys 128 and values 128 wide: their bytes pass"
            + " a long",
        () -> KvCache.bytes(8, 128, 128, Long.MAX_VALUE));
    assertRefused(
        "1 positions of 2147483647 heads, keys 2147483647 and values 2147483647 wide: their bytes"
            + " pass a long",
        () -> KvCache.bytes(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, 1));
    assertRefused("positions is -1: it must not be negative", () -> KvCache.bytes(8, 128, 128, -1));
  }

  @Test
  void refusals() {
    assertRefused("kvHeads is 0: it must be at least 1", () -> new KvCache(0, 4, 10));
    assertRefused("dK is 0: it must be at least 1", () -> new KvCache(1, 0, 10));
    assertRefused("dV is -4: it must be at least 1", () -> new KvCache(1, 4, -4, 10));
    assertRefused("capacity is 0: it must be at least 1", () -> new KvCache(1, 4, 0));
    assertRefused(
        "K is 2147483647 x 1024: its elements pass the 2147483639 that one Java array can hold",
        () -> new KvCache(8, 128, Integer.MAX_VALUE));
    assertRefused(
        "V is 300000 x 8192: its elements pass the 2147483639 that one Java array can hold",
        () -> new KvCache(8, 1, 1024, 300_000));
    KvCache cache = new KvCache(2, 3, 4, 10);
    cache.append(Matrix.zeros(4, 6), Matrix.zeros(4, 8));
    assertRefused(
        "k is 1 x 5: it must be 1 x 6", () -> cache.append(Matrix.zeros(1, 5), Matrix.zeros(1, 8)));
    assertRefused(
        "v is 2 x 8: it must be 1 x 8", () -> cache.append(Matrix.zeros(1, 6), Matrix.zeros(2, 8)));
    assertRefused(
        "7 positions after 4 pass the cache's capacity of 10",
        () -> cache.append(Matrix.zeros(7, 6), Matrix.zeros(7, 8)));
    assertRefused("length is 5: it must be in 0..4", () -> cache.truncate(5));
    assertRefused("length is -1: it must be in 0..4", () -> cache.truncate(-1));
    assertRefused("head is 2: it must be in 0..1", () -> cache.keys(2));
    assertRefused("head is -1: it must be in 0..1", () -> cache.values(-1));
    assertEquals(4, cache.length(), "a refusal changes nothing");
    cache.append(Matrix.zeros(6, 6), Matrix.zeros(6, 8));
    assertEquals(10, cache.length());
  }

  /** Just within one array, and far beyond any memory that tests are given. */
  @Test
  void moreThanTheMachineMayTakeIsRefused() {
    long most = Runtime.getRuntime().maxMemory();
    int width = 1 << 20;
    int capacity = 2047;
    long bytes = KvCache.bytes(1, width, width, capacity);
    assumeTrue(bytes > most, "this Java machine may take " + most + " bytes");
    assertRefused(
        "a cache of 2047 positions takes "
            + bytes
            + " bytes and this Java machine may take "
            + most
            + " in all",
        () -> new KvCache(1, width, capacity));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}

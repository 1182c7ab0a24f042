package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

/** What the fast form has beyond the contract: its scratch, its shares, its counts. */
class TiledAttentionTest {
  private static final Kernels BEST = KernelsChoice.best();

  private static Matrix some(int rows, int cols) {
    return new SeededRandom(rows).gaussian(rows, cols, 1);
  }

  /** A loop of many small shares, the last first. */
  private static final class Backwards implements Loop {
    private final List<Integer> counts = new ArrayList<>();

    @Override
    public int threads() {
      return 1;
    }

    @Override
    public void ranges(int count, Range body) {
      counts.add(count);
      for (int to = count; to > 0; to -= 3) {
        body.run(Math.max(0, to - 3), to);
      }
    }
  }

  @Test
  void headsAndBlocksOfQueriesAreSharedOutTogether() {
    TiledAttention tiled = new TiledAttention(BEST);
    int n = 5 * TiledAttention.QUERY_BLOCK - 1;
    Matrix q = some(n, 4 * 8);
    Matrix k = some(n + 300, 2 * 8);
    Matrix v = some(n + 300, 2 * 5);
    MultiHead heads = new MultiHead(4, 2);
    Matrix forwards = Matrix.zeros(n, 4 * 5);
    heads.attend(tiled, Loop.sequential(), q, k, v, Mask.causal(), forwards);
    Matrix backwards = Matrix.zeros(n, 4 * 5);
    Backwards loop = new Backwards();
    heads.attend(tiled, loop, q, k, v, Mask.causal(), backwards);
    assertArrayEquals(forwards.data(), backwards.data());
    assertEquals(List.of(4 * 5), loop.counts, "5 blocks of queries in each of 4 heads");
  }

  /** A cached step equals the uncached one where keys take several blocks, too. */
  @Test
  void stepsOverSeveralBlocksOfKeys() {
    TiledAttention tiled = new TiledAttention(BEST);
    int n = 2 * TiledAttention.KEY_BLOCK + 40;
    SeededRandom random = new SeededRandom(8);
    Matrix q = random.gaussian(n, 8, 1);
    Matrix k = random.gaussian(n, 8, 1);
    Matrix v = random.gaussian(n, 5, 1);
    Band window = Mask.slidingWindow(TiledAttention.KEY_BLOCK + 3);
    for (Mask mask :
        List.of(Mask.causal(), window, Mask.causal().and(Mask.windowWithGlobal(window, 3, 600)))) {
      Matrix uncached = tiled.attend(q, k, v, mask);
      for (int b = 1; b <= 2; b++) {
        for (int i = b * TiledAttention.KEY_BLOCK - 2; i < b * TiledAttention.KEY_BLOCK + 20; i++) {
          Matrix step = tiled.attend(q.rows(i, i + 1), k.rows(0, i + 1), v.rows(0, i + 1), mask);
          assertArrayEquals(uncached.row(i), step.row(0), mask + ", step " + i);
        }
      }
      Reference.Expected expected = Reference.attend(q, k, v, mask);
      AttentionContractTest.assertClose(expected, uncached, mask.toString());
    }
  }

  /** What a call left in the scratch never shows in the next one. */
  @Test
  void oneObjectForCallsOfAllShapesAndManyThreads() {
    TiledAttention kept = new TiledAttention(BEST);
    int calls = 60;
    try (Threads threads = Threads.of(3)) {
      threads.forEach(
          calls,
          call -> {
            SeededRandom random = new SeededRandom(call);
            int n = 1 + random.below(80);
            int m = 1 + random.below(600);
            int dk = random.coin() ? 8 : 1 + random.below(20);
            Matrix q = random.gaussian(n, dk, 1);
            Matrix k = random.gaussian(m, dk, 1);
            Matrix v = random.gaussian(m, random.coin() ? 8 : random.below(40), 1);
            Mask mask = Reference.mask(random, call % Reference.MASK_KINDS, n, m);
            Matrix fresh = new TiledAttention(BEST).attend(q, k, v, mask);
            assertArrayEquals(fresh.data(), kept.attend(q, k, v, mask).data(), "call " + call);
          });
    }
  }

  @Test
  void workAndPairsAreCountedAsDone() {
    SeededRandom random = new SeededRandom(22);
    for (int round = 0; round < 6 * Reference.MASK_KINDS; round++) {
      int n = 1 + random.below(90);
      int m = 1 + random.below(400);
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
      TiledAttention tiled = new TiledAttention(counting);
      Counts counts = tiled.attend(some(n, 5), some(m, 5), some(m, 3), mask, Matrix.zeros(n, 3));
      long pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++) {
          pairs += mask.allowed(m - n + i, j) ? 1 : 0;
        }
      }
      String what = "round " + round + ", " + mask;
      assertEquals(pairs, counts.attended(), what);
      assertTrue(counts.scored() >= pairs, what);
      assertEquals(counting.multiplyAdds(), counts.multiplyAdds(), what);
      assertEquals(tiled.scratchBytes(n, m, 5, 3), counts.scratchBytes(), what);
    }
  }

  /** In whole blocks of queries and panels of keys. */
  @Test
  void whatTheMaskLeavesEmptyIsNotScored() {
    TiledAttention tiled = new TiledAttention(PlainKernels.PLAIN);
    int n = 40 * TiledAttention.QUERY_BLOCK;
    int panel = PlainKernels.PLAIN.panelWidth();
    Matrix x = some(n, 2);
    long half = (long) n * (n + 1) / 2;
    long beyond = (long) n * (TiledAttention.QUERY_BLOCK + panel);
    Counts causal = tiled.attend(x, x, x, Mask.causal(), Matrix.zeros(n, 2));
    assertTrue(causal.scored() > half && causal.scored() < half + beyond, causal.toString());
    Counts window = tiled.attend(x, x, x, Mask.slidingWindow(5), Matrix.zeros(n, 2));
    assertTrue(window.scored() < beyond + n * (5L + panel), window.toString());
  }

  @Test
  void scratchIsAPackedCopyOfKeysAndValuesAndOneTile() {
    TiledAttention tiled = new TiledAttention(PlainKernels.PLAIN);
    assertEquals(0, tiled.scratchBytes(0, 1000, 64, 64));
    long more = tiled.scratchBytes(7, 1 << 20, 64, 64) - tiled.scratchBytes(9999, 1 << 19, 64, 64);
    assertEquals((1L << 19) * 4 * (64 + 64), more, "4 (d_k + d_v) bytes a key, none a query");
    long wide = tiled.scratchBytes(1, 1 << 30, 64, 33) - tiled.scratchBytes(1, 0, 64, 33);
    assertEquals((1L << 30) * 4 * (64 + 48), wide, "values in whole panels of 16");
  }

  /** What the virtual machine says: views of blocks of queries and of keys, none a pair of them. */
  @Test
  void onceTheScratchIsThereViewsAloneAreAllocated() {
    TiledAttention tiled = new TiledAttention(new SilentKernels());
    int blocks = 100;
    Matrix q = some(blocks * TiledAttention.QUERY_BLOCK, 4);
    long few = allocated(tiled, q, 2 * TiledAttention.KEY_BLOCK);
    long many = allocated(tiled, q, 16 * TiledAttention.KEY_BLOCK);
    assertTrue(few < blocks * 1500, few + " bytes");
    // 14 blocks of keys more, and 1,400 pairs of blocks.
    assertTrue(many - few < 14 * 1500, many - few + " bytes for more keys");
  }

  private static long allocated(TiledAttention tiled, Matrix q, int m) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Matrix k = some(m, 4);
    Matrix output = Matrix.zeros(q.rows(), 4);
    long least = Long.MAX_VALUE;
    for (int run = 0; run < 3; run++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      tiled.attend(q, k, k, Mask.full(), output);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least;
  }
}

package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/** What a call says that it took is what it took. */
class CountsTest {
  private static Matrix some(int rows, int cols) {
    return new SeededRandom(rows).gaussian(rows, cols, 1);
  }

  private static long pairs(Mask mask, int n, int m) {
    long pairs = 0;
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        pairs += mask.allowed(m - n + i, j) ? 1 : 0;
      }
    }
    return pairs;
  }

  private static Counts flash(int n, int m, int dk, int dv, Mask mask, int br, int bc) {
    return new FlashAttention(PlainKernels.PLAIN, Scale.INVERSE_ROOT, br, bc)
        .attend(some(n, dk), some(m, dk), some(m, dv), mask, Matrix.zeros(n, dv));
  }

  @Test
  void plainScoresEveryPair() {
    CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
    Counts counts =
        new PlainAttention(counting)
            .attend(some(5, 3), some(7, 3), some(7, 4), Mask.causal(), Matrix.zeros(5, 4));
    assertEquals(new Counts(5 * 7 * (3 + 4), 5 * 7, 3 + 4 + 5 + 6 + 7, 4 * 5 * 7), counts);
    assertEquals(counts.multiplyAdds(), counting.multiplyAdds());
    assertEquals(4 * 5 * 7, new PlainAttention(counting).scratchBytes(5, 7, 3, 4));
    assertEquals(4L << 40, new PlainAttention(counting).scratchBytes(1 << 20, 1 << 20, 64, 64));
  }

  /** In whole blocks of 64: all of them, or those on and below the diagonal. */
  @Test
  void flashScoresTheBlocksThatAreNotEmpty() {
    Counts full = flash(256, 256, 8, 4, Mask.full(), 64, 64);
    assertEquals(256 * 256, full.scored());
    assertEquals(256 * 256 * (8 + 4), full.multiplyAdds());
    Counts causal = flash(256, 256, 8, 4, Mask.causal(), 64, 64);
    assertEquals(10 * 64 * 64, causal.scored());
    assertEquals(256 * 257 / 2, causal.attended());
    assertEquals(10 * 64 * 64 * (8 + 4), causal.multiplyAdds());
    Counts window = flash(256, 256, 8, 4, Mask.slidingWindow(2), 64, 64);
    assertEquals(7 * 64 * 64, window.scored(), "the diagonal and the block before it");
    assertEquals(255 + 256, window.attended());
    Counts global = flash(256, 256, 8, 4, Mask.windowWithGlobal(Mask.window(0, 0), 0), 64, 64);
    assertEquals(10 * 64 * 64, global.scored(), "the diagonal, the first row, the first column");
    assertEquals(256 + 255 + 255, global.attended());
  }

  @Test
  void attendedPairsAreThoseOfTheMask() {
    SeededRandom random = new SeededRandom(21);
    for (int round = 0; round < 10 * Reference.MASK_KINDS; round++) {
      int n = 1 + random.below(90);
      int m = 1 + random.below(90);
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      int br = 1 + random.below(20);
      int bc = 1 + random.below(20);
      CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
      Counts counts =
          new FlashAttention(counting, Scale.INVERSE_ROOT, br, bc)
              .attend(some(n, 5), some(m, 5), some(m, 3), mask, Matrix.zeros(n, 3));
      String what = "round " + round + ", " + mask;
      assertEquals(pairs(mask, n, m), counts.attended(), what);
      assertTrue(counts.scored() >= counts.attended(), what);
      // Beside both products there is the row sum of P, a dot product of B_c for a row that sees.
      long rowSums = counting.multiplyAdds() - counts.multiplyAdds();
      assertTrue(rowSums >= 0 && rowSums <= counts.multiplyAdds() / (5 + 3), what);
    }
  }

  @Test
  void workOfOnePairABlockIsThatOfTheMask() {
    Counts counts = flash(50, 50, 8, 4, Mask.slidingWindow(7), 1, 1);
    assertEquals(counts.attended(), counts.scored());
    assertEquals(50 * 7 - 21, counts.attended());
    assertEquals(counts.attended() * (8 + 4), counts.multiplyAdds());
  }

  @Test
  void scratchIsAsForetoldAndLinear() {
    FlashAttention flash = new FlashAttention(PlainKernels.PLAIN, Scale.INVERSE_ROOT, 16, 32);
    for (int n : new int[] {0, 1, 2, 15, 16, 17, 100}) {
      for (int m : new int[] {0, 1, 31, 32, 33, 100}) {
        Counts counts =
            flash.attend(some(n, 6), some(m, 6), some(m, 5), Mask.full(), Matrix.zeros(n, 5));
        assertEquals(flash.scratchBytes(n, m, 6, 5), counts.scratchBytes(), n + " x " + m);
      }
    }
    assertEquals(8 * 900, flash.scratchBytes(1000, 7, 6, 5) - flash.scratchBytes(100, 7, 6, 5));
    assertEquals(4 * (2 * 100 + 6 * 32 + 16 * 32 + 32 * 5 + 32), flash.scratchBytes(100, 7, 6, 5));
    assertEquals(8L << 30, flash.scratchBytes(1 << 30, 64, 64, 64) - 4 * (64 * 32 + 16 * 32 + 32));
  }

  @Test
  void workAddsUpAndScratchIsTheLargest() {
    Counts one = new Counts(10, 3, 2, 700);
    Counts other = new Counts(5, 4, 1, 900);
    assertEquals(new Counts(15, 7, 3, 900), one.then(other));
    assertEquals(new Counts(15, 7, 3, 900), other.then(one));
    assertEquals(one, Counts.ZERO.then(one));
  }

  /** What the virtual machine says was allocated: nothing that grows with pairs or with blocks. */
  @Test
  void allocatesItsScratchAndLittleElse() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    FlashAttention flash = new FlashAttention(new SilentKernels(), Scale.INVERSE_ROOT, 16, 16);
    for (int n : new int[] {512, 2048}) {
      Matrix q = some(n, 4);
      Matrix output = Matrix.zeros(n, 4);
      long least = Long.MAX_VALUE;
      for (int run = 0; run < 3; run++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        flash.attend(q, q, q, Mask.full(), output);
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      long beyond = least - flash.scratchBytes(n, n, 4, 4);
      // Views, once for each block of rows: 4,096 or 65,536 bytes would be 4 a pair of blocks.
      assertTrue(beyond < 1000 + n / 16 * 600, n + " queries: " + beyond + " bytes beyond scratch");
    }
  }
}

package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class ContextCostTest {
  private static final long M = 1 << 20;

  private static final ContextCost LLAMA_3_8B = new ContextCost(32, new MultiHead(32, 8), 128, 128);

  /**
   * 128 KiB a token in 16 bits: 128 GiB for a million, and a quarter of what 32 heads would take.
   */
  @Test
  void aLlamaAtAMillionTokens() {
    assertEquals(128 << 10, LLAMA_3_8B.cacheBytes(1, 16));
    assertEquals(128L << 30, LLAMA_3_8B.cacheBytes(M, 16));
    assertEquals(64L << 30, LLAMA_3_8B.cacheBytes(M, 8));
    assertEquals(
        4 * LLAMA_3_8B.cacheBytes(M, 16),
        new ContextCost(32, new MultiHead(32), 128, 128).cacheBytes(M, 16));
    assertEquals(
        ModelShape.LLAMA_3_8B.kvCacheValuesPerToken() * 2 * M, LLAMA_3_8B.cacheBytes(M, 16));
    assertEquals(32L * (4L << 40), LLAMA_3_8B.scoreBytes(M, 32), "4 TiB a head");
    assertEquals(32L * 32 * 256 * M * M, LLAMA_3_8B.multiplyAdds(M, Mask.full()));
    assertEquals(32L * 32 * 256 * (M * (M + 1) / 2), LLAMA_3_8B.multiplyAdds(M, Mask.causal()));
    assertEquals(
        32 * KvCache.bytes(8, 128, 128, M), LLAMA_3_8B.cacheBytes(M, 32), "as the cache says");
  }

  @Test
  void countsWhatPlainAttentionDoes() {
    SeededRandom random = new SeededRandom(61);
    MultiHead heads = new MultiHead(6, 3);
    for (int n : new int[] {0, 1, 2, 17}) {
      ContextCost cost = new ContextCost(1, heads, 4, 5);
      CountingKernels kernels = new CountingKernels(PlainKernels.PLAIN);
      PlainAttention plain = new PlainAttention(kernels);
      Counts counts =
          plain.attend(
              heads,
              Loop.sequential(),
              random.gaussian(n, 24, 1),
              random.gaussian(n, 12, 1),
              random.gaussian(n, 15, 1),
              Mask.full(),
              Matrix.zeros(n, 30));
      assertEquals(counts.multiplyAdds(), cost.multiplyAdds(n, Mask.full()));
      assertEquals(kernels.multiplyAdds(), cost.multiplyAdds(n, Mask.full()));
      assertEquals(6 * counts.scratchBytes(), cost.scoreBytes(n, 32));
    }
  }

  @Test
  void pairsAreThoseThatTheMaskAllows() {
    SeededRandom random = new SeededRandom(62);
    for (int round = 0; round < 300; round++) {
      int n = random.below(30);
      Band band =
          switch (random.below(4)) {
            case 0 -> Mask.full();
            case 1 -> Mask.causal();
            case 2 -> Mask.slidingWindow(1 + random.below(35));
            default -> Mask.window(random.below(35), random.below(35));
          };
      long pairs = 0;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          pairs += band.allowed(i, j) ? 1 : 0;
        }
      }
      assertEquals(pairs, ContextCost.pairs(n, band), n + " tokens, " + band);
    }
  }

  /** As far as a long reaches, and one further. */
  @Test
  void longsAndNoFurther() {
    long n = 3_037_000_499L; // ⌊√(2⁶³ - 1)⌋
    BigInteger big = BigInteger.valueOf(n);
    BigInteger causal = big.multiply(big.add(BigInteger.ONE)).shiftRight(1);
    assertEquals(causal.longValueExact(), ContextCost.pairs(n, Mask.causal()));
    assertEquals(n * n, ContextCost.pairs(n, Mask.full()));
    assertRefused(
        "3037000500 times 3037000500 passes a long", () -> ContextCost.pairs(n + 1, Mask.full()));
    assertRefused(
        "9223372036854775807 times 32 passes a long",
        () -> LLAMA_3_8B.cacheBytes(Long.MAX_VALUE, 16));
    assertRefused(
        "1152921504606846976 times 32 passes a long", () -> LLAMA_3_8B.scoreBytes(1L << 30, 32));
    assertRefused("n is -1: it must not be negative", () -> LLAMA_3_8B.scoreBytes(-1, 16));
    assertRefused("bits is 0: it must be at least 1", () -> LLAMA_3_8B.cacheBytes(1, 0));
    assertRefused(
        "layers is 0: it must be at least 1", () -> new ContextCost(0, new MultiHead(1), 1, 1));
    assertEquals(2, new ContextCost(1, new MultiHead(1), 1, 2).cacheBytes(1, 4), "12 bits");
    assertEquals(0, LLAMA_3_8B.cacheBytes(0, 16));
    assertEquals(0, LLAMA_3_8B.multiplyAdds(0, Mask.full()));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.InterleavedBytes;

/**
 * One vector of bytes with {@link InterleavedBytes}: lanes are rows, and nothing changes its shape.
 *
 * <p>With 16 bits s of a row, that hold its columns w₀ and w₁,
 *
 * <pre>
 * w₀ x₀ + w₁ x₁ = s x₀ + (s >> 8)(x₁ - 256 x₀) - 128 x₀
 * </pre>
 *
 * modulo 2¹⁶, and modulo 2¹⁶ is all that is promised. What is taken off, 128 Σ x₀, is the same for
 * all rows. Codes are read from the first to the last, at the speed of memory.
 */
final class SimdInterleavedBytes {
  // More than two vectors side by side, and JDK 17 no longer compiles the loop to vector code.
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
  private static final int L = S.length();
  private static final int ROWS = InterleavedBytes.ROWS;

  /** Kept for each thread, as long as the longest vector that was met. */
  private static final ThreadLocal<short[][]> FACTORS =
      ThreadLocal.withInitial(() -> new short[1][0]);

  private SimdInterleavedBytes() {}

  static void dots(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    short[] factors = factors(w.pairs());
    int taken = 0;
    for (int c = 0; c < w.cols(); c += 2) {
      int x0 = x[xo + c];
      int x1 = c + 1 < w.cols() ? x[xo + c + 1] : 0;
      factors[c] = (short) x0;
      factors[c + 1] = (short) (x1 - 256 * x0);
      taken += 128 * x0;
    }
    for (int g = from; g < to; g++) {
      int at = g * w.pairs() * ROWS;
      group(w.codes(), at, w.pairs(), factors, (short) -taken, y, yo + (g - from) * ROWS);
    }
  }

  private static short[] factors(int pairs) {
    short[][] kept = FACTORS.get();
    if (kept[0].length < 2 * pairs) {
      kept[0] = new short[2 * pairs];
    }
    return kept[0];
  }

  private static void group(
      short[] codes, int at, int pairs, short[] factors, short start, short[] y, int yo) {
    ShortVector first = ShortVector.broadcast(S, start);
    ShortVector second = first;
    for (int p = 0; p < pairs; p++) {
      ShortVector x0 = ShortVector.broadcast(S, factors[2 * p]);
      ShortVector x1 = ShortVector.broadcast(S, factors[2 * p + 1]);
      ShortVector s = ShortVector.fromArray(S, codes, at + p * ROWS);
      ShortVector t = ShortVector.fromArray(S, codes, at + p * ROWS + L);
      first = first.add(s.mul(x0)).add(s.lanewise(VectorOperators.ASHR, 8).mul(x1));
      second = second.add(t.mul(x0)).add(t.lanewise(VectorOperators.ASHR, 8).mul(x1));
    }
    first.intoArray(y, yo);
    second.intoArray(y, yo + L);
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * y[i] = Σ x[j] · row i[j] over signed bytes, for rows anywhere in an array, four of them side by
 * side: {@link SimdRowDots} with a quarter of the memory to wait for.
 *
 * <p>Bytes become 16 bits as they are loaded; products and sums stay 16 bits wide, a lane for each
 * of the sums that {@code QuantizedKernels.dotsInt8} says must fit. At the end the lanes are added
 * in 32 bits. With eight rows side by side the loop takes half as long again for a row that is in
 * the cache, and no less for one that is not.
 */
final class SimdByteRowDots {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
  private static final int L = S.length(); // QuantizedKernels.SHORT_SUMS

  private SimdByteRowDots() {}

  static void dots(int count, int n, byte[] x, int xo, byte[] rows, int[] at, int[] y) {
    for (int i = 0; i < count; i += 4) {
      four(n, x, xo, rows, at, y, i, count - 1);
    }
  }

  /** Where fewer are left, the last is computed again. */
  private static void four(
      int n, byte[] x, int xo, byte[] rows, int[] at, int[] y, int i, int last) {
    int a = at[i];
    int b = at[Math.min(i + 1, last)];
    int c = at[Math.min(i + 2, last)];
    int d = at[Math.min(i + 3, last)];
    ShortVector sa = ShortVector.zero(S);
    ShortVector sb = sa;
    ShortVector sc = sa;
    ShortVector sd = sa;
    for (int j = 0; j + L <= n; j += L) {
      ShortVector v = load(x, xo + j);
      sa = v.mul(load(rows, a + j)).add(sa);
      sb = v.mul(load(rows, b + j)).add(sb);
      sc = v.mul(load(rows, c + j)).add(sc);
      sd = v.mul(load(rows, d + j)).add(sd);
    }
    y[i] = rest(n, x, xo, rows, a, sum(sa));
    y[Math.min(i + 1, last)] = rest(n, x, xo, rows, b, sum(sb));
    y[Math.min(i + 2, last)] = rest(n, x, xo, rows, c, sum(sc));
    y[Math.min(i + 3, last)] = rest(n, x, xo, rows, d, sum(sd));
  }

  private static ShortVector load(byte[] x, int at) {
    return (ShortVector) ByteVector.fromArray(B, x, at).convertShape(VectorOperators.B2S, S, 0);
  }

  /** The lanes added in 32 bits; as pairs in ints, so that no vector changes its shape. */
  private static int sum(ShortVector lanes) {
    IntVector pairs = lanes.reinterpretAsInts();
    IntVector high = pairs.lanewise(VectorOperators.ASHR, 16);
    IntVector low = pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    return low.add(high).reduceLanes(VectorOperators.ADD);
  }

  /** Adds the products that fill no vector. */
  private static int rest(int n, byte[] x, int xo, byte[] rows, int row, int sum) {
    int s = sum;
    for (int j = S.loopBound(n); j < n; j++) {
      s += x[xo + j] * rows[row + j];
    }
    return s;
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * One vector of bytes with many rows of bytes, four rows at a time.
 *
 * <p>A product of two bytes fits a short, and so does the sum of two such products, unless both are
 * (-128)²: a vector that holds -128 takes the slower way. The short sums are added up in ints: the
 * odd ones by a shift to the right, the even ones by a shift to the left before it, so that no lane
 * has to move.
 */
final class SimdInt8Rows {
  private static final VectorSpecies<Byte> B16 = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> S16 = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> I8 = IntVector.SPECIES_256;

  private SimdInt8Rows() {}

  static void dots(int rows, int n, byte[] a, int ao, byte[] b, int bo, int[] dots, int to) {
    int whole = n & -32;
    int r = 0;
    if (!holdsLowest(n, a, ao)) {
      for (; r + 4 <= rows; r += 4) {
        four(whole, n, a, ao, b, bo + r * n, dots, to + r);
        for (int i = 0; i < 4 && whole < n; i++) {
          dots[to + r + i] += plain(n - whole, a, ao + whole, b, bo + (r + i) * n + whole);
        }
      }
    }
    for (; r < rows; r++) {
      dots[to + r] = SimdKernels.instance().dotInt8(n, a, ao, b, bo + r * n);
    }
  }

  private static boolean holdsLowest(int n, byte[] a, int ao) {
    for (int i = 0; i < n; i++) {
      if (a[ao + i] == Byte.MIN_VALUE) {
        return true;
      }
    }
    return false;
  }

  private static int plain(int n, byte[] a, int ao, byte[] b, int bo) {
    int sum = 0;
    for (int i = 0; i < n; i++) {
      sum += a[ao + i] * b[bo + i];
    }
    return sum;
  }

  private static void four(
      int whole, int n, byte[] a, int ao, byte[] b, int b0, int[] dots, int to) {
    int b1 = b0 + n;
    int b2 = b1 + n;
    int b3 = b2 + n;
    IntVector s0 = IntVector.zero(I8);
    IntVector s1 = IntVector.zero(I8);
    IntVector s2 = IntVector.zero(I8);
    IntVector s3 = IntVector.zero(I8);
    for (int i = 0; i < whole; i += 32) {
      ShortVector left = shorts(a, ao + i);
      ShortVector right = shorts(a, ao + i + 16);
      s0 = s0.add(ints(left.mul(shorts(b, b0 + i)).add(right.mul(shorts(b, b0 + i + 16)))));
      s1 = s1.add(ints(left.mul(shorts(b, b1 + i)).add(right.mul(shorts(b, b1 + i + 16)))));
      s2 = s2.add(ints(left.mul(shorts(b, b2 + i)).add(right.mul(shorts(b, b2 + i + 16)))));
      s3 = s3.add(ints(left.mul(shorts(b, b3 + i)).add(right.mul(shorts(b, b3 + i + 16)))));
    }
    dots[to] = s0.reduceLanes(VectorOperators.ADD); // exact in any order
    dots[to + 1] = s1.reduceLanes(VectorOperators.ADD);
    dots[to + 2] = s2.reduceLanes(VectorOperators.ADD);
    dots[to + 3] = s3.reduceLanes(VectorOperators.ADD);
  }

  private static ShortVector shorts(byte[] x, int at) {
    return (ShortVector) ByteVector.fromArray(B16, x, at).convertShape(VectorOperators.B2S, S16, 0);
  }

  /** The sums of neighbouring lanes. */
  private static IntVector ints(ShortVector x) {
    IntVector pairs = x.reinterpretAsInts();
    IntVector odd = pairs.lanewise(VectorOperators.ASHR, 16);
    IntVector even = pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    return odd.add(even);
  }
}

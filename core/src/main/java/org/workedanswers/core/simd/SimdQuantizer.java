package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Kernels;

/**
 * Blocks of 32 floats to codes, with the bits of the plain loops.
 *
 * <p><b>Magnitudes</b> are compared as the ints of their bits: those of floats without a sign are in
 * the same order, and infinities and NaN come last.
 *
 * <p><b>Rounding.</b> {@code t = v + 1.5 · 2²³} has v rounded to the nearest integer, n, in its low
 * bits, halfway to even, for |v| up to 2²²; v - n is exact and in -½..½. Halfway away from zero, for
 * v ≥ 0, adds 1 where v - n is +½, and the floor takes 1 off where v - n is below 0. A conversion to
 * int would do, but JDK 17 has none for vectors.
 */
final class SimdQuantizer {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_64;
  private static final int L = F.length();
  private static final int BLOCK = Kernels.BLOCK;

  private static final int SIGN = 0x8000_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY = 0x7f80_0000;
  private static final float TO_INTEGER = 0x1.8p23f;
  private static final int TO_INTEGER_BITS = Float.floatToRawIntBits(TO_INTEGER);

  private SimdQuantizer() {}

  static int int8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      int largest = largestMagnitude(x, from);
      if (largest >= INFINITY) {
        return b;
      }
      float d = Float.intBitsToFloat(largest) / 127;
      float inverse = reciprocal(d);
      int to = co + b * step;
      for (int i = 0; i < BLOCK; i += L) {
        narrow(roundAway(x, from + i, inverse), codes, to + i);
      }
      scales[so + b] = d;
    }
    return blocks;
  }

  private static int largestMagnitude(float[] x, int from) {
    IntVector largest = IntVector.zero(I);
    for (int i = 0; i < BLOCK; i += L) {
      largest = largest.max(bits(x, from + i).and(MAGNITUDE));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  private static IntVector bits(float[] x, int at) {
    return FloatVector.fromArray(F, x, at).reinterpretAsInts();
  }

  private static float reciprocal(float d) {
    float inverse = 1 / d;
    return Float.isInfinite(inverse) ? 0 : inverse;
  }

  /** x · inverse, to the nearest integer, halfway away from zero. */
  private static IntVector roundAway(float[] x, int at, float inverse) {
    IntVector bits = bits(x, at);
    FloatVector v = bits.and(MAGNITUDE).reinterpretAsFloats().mul(inverse);
    FloatVector t = v.add(TO_INTEGER);
    IntVector rest = v.sub(t.sub(TO_INTEGER)).reinterpretAsInts();
    // 1 for +½, whose bits are 0x3f000000; less is 0, and what is negative below 0.
    IntVector up = rest.add(0x0100_0000).lanewise(VectorOperators.ASHR, 30).max(0);
    IntVector n = t.reinterpretAsInts().sub(TO_INTEGER_BITS).add(up);
    IntVector sign = bits.lanewise(VectorOperators.ASHR, 31); // 0 or -1
    return n.lanewise(VectorOperators.XOR, sign).sub(sign);
  }

  static int int4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    int half = BLOCK / 2;
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      int above = largestWithoutSign(x, from, 0);
      int below = largestWithoutSign(x, from, SIGN);
      if (Math.max(above, below) >= INFINITY) {
        return b;
      }
      float d = largest(x, from, above, below) / -8;
      float inverse = reciprocal(d);
      int to = no + b * step;
      for (int i = 0; i < half; i += L) {
        IntVector low = fourBits(x, from + i, inverse);
        IntVector high = fourBits(x, from + half + i, inverse);
        narrow(low.or(high.lanewise(VectorOperators.LSHL, 4)), nibbles, to + i);
      }
      scales[so + b] = d;
    }
    return blocks;
  }

  /** The largest of a block's bits with the sign flipped by {@code sign}: above 0, of one sign. */
  private static int largestWithoutSign(float[] x, int from, int sign) {
    IntVector largest = IntVector.broadcast(I, SIGN);
    for (int i = 0; i < BLOCK; i += L) {
      largest = largest.max(bits(x, from + i).lanewise(VectorOperators.XOR, sign));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** The value of largest magnitude, of which the first counts where both signs have one. */
  private static float largest(float[] x, int from, int above, int below) {
    if (above > below) {
      return Float.intBitsToFloat(above);
    }
    if (below > above && below > 0) {
      return -Float.intBitsToFloat(below);
    }
    for (int i = 0; i < BLOCK; i++) {
      if (Math.abs(x[from + i]) == Float.intBitsToFloat(below) && below > 0) {
        return x[from + i];
      }
    }
    return 0;
  }

  /** min(15, ⌊x · inverse + 8.5⌋), which is not negative. */
  private static IntVector fourBits(float[] x, int at, float inverse) {
    FloatVector v = FloatVector.fromArray(F, x, at).mul(inverse).add(8.5f);
    FloatVector t = v.add(TO_INTEGER);
    IntVector below = v.sub(t.sub(TO_INTEGER)).reinterpretAsInts();
    IntVector n = t.reinterpretAsInts().sub(TO_INTEGER_BITS);
    return n.add(below.lanewise(VectorOperators.ASHR, 31)).min(15);
  }

  private static void narrow(IntVector codes, byte[] out, int at) {
    ((ByteVector) codes.convertShape(VectorOperators.I2B, B, 0)).intoArray(out, at);
  }
}

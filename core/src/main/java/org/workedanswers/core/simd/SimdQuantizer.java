package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.QuantizedKernels;

/**
 * Blocks of 32 floats to codes, with the bits of the plain loops.
 *
 * <p><b>Magnitudes</b> are compared as the ints of their bits: those of floats without a sign are
 * in the same order, and infinities and NaN come last.
 *
 * <p><b>Rounding.</b> {@code t = v + 1.5 · 2²³} has v rounded to the nearest integer, n, in its low
 * bits, halfway to even, for |v| up to 2²²; v - n is exact and in -½..½. Halfway away from zero,
 * for v ≥ 0, adds 1 where v - n is +½, and the floor takes 1 off where v - n is below 0. A
 * conversion to int would do, but JDK 17 has none for vectors.
 */
final class SimdQuantizer {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_64;
  private static final int L = F.length();
  private static final int BLOCK = Kernels.BLOCK;
  private static final int HALF = BLOCK / 2;

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
      eightBits(x, from, QuantizedKernels.reciprocal(d), codes, co + b * step);
      scales[so + b] = d;
    }
    return blocks;
  }

  private static int largestMagnitude(float[] x, int from) {
    IntVector largest = IntVector.zero(I);
    for (int i = 0; i < BLOCK; i += L) {
      IntVector bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
      largest = largest.max(bits.and(MAGNITUDE));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** x · inverse, to the nearest integer, halfway away from zero. */
  private static void eightBits(float[] x, int from, float inverse, byte[] codes, int to) {
    for (int i = 0; i < BLOCK; i += L) {
      IntVector bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
      FloatVector v = bits.and(MAGNITUDE).reinterpretAsFloats().mul(inverse);
      FloatVector t = v.add(TO_INTEGER);
      IntVector rest = v.sub(t.sub(TO_INTEGER)).reinterpretAsInts();
      // 1 for +½, whose bits are 0x3f000000; less is 0, and what is negative below 0.
      IntVector up = rest.add(0x0100_0000).lanewise(VectorOperators.ASHR, 30).max(0);
      IntVector n = t.reinterpretAsInts().sub(TO_INTEGER_BITS).add(up);
      IntVector sign = bits.lanewise(VectorOperators.ASHR, 31); // 0 or -1
      IntVector u = n.lanewise(VectorOperators.XOR, sign).sub(sign);
      ((ByteVector) u.convertShape(VectorOperators.I2B, B, 0)).intoArray(codes, to + i);
    }
  }

  static int int4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      int above = largestWithoutSign(x, from, 0);
      int below = largestWithoutSign(x, from, SIGN);
      if (Math.max(above, below) >= INFINITY) {
        return b;
      }
      float d = largest(x, from, above, below) / -8;
      fourBits(x, from, QuantizedKernels.reciprocal(d), nibbles, no + b * step);
      scales[so + b] = d;
    }
    return blocks;
  }

  /** The largest of a block's bits after {@code sign} has flipped theirs, or not: as for floats. */
  private static int largestWithoutSign(float[] x, int from, int sign) {
    IntVector largest = IntVector.broadcast(I, SIGN);
    for (int i = 0; i < BLOCK; i += L) {
      IntVector bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
      largest = largest.max(bits.lanewise(VectorOperators.XOR, sign));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  /** The value of largest magnitude; where both signs have one, the first in the block. */
  private static float largest(float[] x, int from, int above, int below) {
    int magnitude = Math.max(above, below);
    if (magnitude <= 0) {
      return 0; // also for -0
    }
    float largest = Float.intBitsToFloat(magnitude);
    if (above != below) {
      return above > below ? largest : -largest;
    }
    int i = from;
    while (Math.abs(x[i]) != largest) {
      i++;
    }
    return x[i];
  }

  /** min(15, ⌊x · inverse + 8.5⌋), which is not negative. */
  private static void fourBits(float[] x, int from, float inverse, byte[] nibbles, int to) {
    for (int i = 0; i < HALF; i += L) {
      FloatVector lowV = FloatVector.fromArray(F, x, from + i).mul(inverse).add(8.5f);
      FloatVector highV = FloatVector.fromArray(F, x, from + HALF + i).mul(inverse).add(8.5f);
      FloatVector lowT = lowV.add(TO_INTEGER);
      FloatVector highT = highV.add(TO_INTEGER);
      // -1 where the integer is above, for the floor.
      IntVector lowDown = lowV.sub(lowT.sub(TO_INTEGER)).reinterpretAsInts();
      IntVector highDown = highV.sub(highT.sub(TO_INTEGER)).reinterpretAsInts();
      IntVector low =
          lowT.reinterpretAsInts()
              .sub(TO_INTEGER_BITS)
              .add(lowDown.lanewise(VectorOperators.ASHR, 31))
              .min(15);
      IntVector high =
          highT
              .reinterpretAsInts()
              .sub(TO_INTEGER_BITS)
              .add(highDown.lanewise(VectorOperators.ASHR, 31))
              .min(15);
      IntVector pair = low.or(high.lanewise(VectorOperators.LSHL, 4));
      ((ByteVector) pair.convertShape(VectorOperators.I2B, B, 0)).intoArray(nibbles, to + i);
    }
  }
}

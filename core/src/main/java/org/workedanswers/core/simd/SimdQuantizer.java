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
 * <p><b>Two passes</b> over some blocks that stay in the first cache: a block's codes wait for its
 * scale, a maximum across lanes and two divisions, and in a pass of their own the next block's need
 * not wait as well.
 *
 * <p><b>Magnitudes</b> are compared as the ints of their bits: those of floats without a sign are
 * in the same order, and infinities and NaN come last.
 *
 * <p><b>Rounding.</b> {@code t = v + 1.5 · 2²³} has v rounded to the nearest integer, n, in its low
 * bits, for 0 ≤ v ≤ 2²²; v - n is exact, and where it is below 0 the floor is n - 1. The bits above
 * n are those of 1.5 · 2²³, whose low byte is 0: they fall away with the conversion to bytes.
 * Halfway away from zero is ⌊v + h⌋ with h the float below ½: v + ½ would round 0.49999997 up to 1,
 * while v + h gets to an integer from v = n + ½ on and not before. A conversion to int would do,
 * but JDK 17 has none for vectors.
 */
final class SimdQuantizer {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_256;
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_64;
  private static final int L = F.length();
  private static final int BLOCK = Kernels.BLOCK;
  private static final int HALF = BLOCK / 2;

  /** Blocks of a pass. */
  private static final int TOGETHER = 64;

  private static final int SIGN = 0x8000_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;
  private static final int INFINITY = 0x7f80_0000;
  private static final float BELOW_HALF = Math.nextDown(0.5f);
  private static final float TO_INTEGER = 0x1.8p23f;
  private static final int TO_INTEGER_BITS = Float.floatToRawIntBits(TO_INTEGER);

  private SimdQuantizer() {}

  static int int8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b += TOGETHER) {
      int some = Math.min(TOGETHER, blocks - b);
      int finite = scalesOfEightBits(some, x, xo + b * BLOCK, scales, so + b);
      for (int i = b; i < b + finite; i++) {
        float inverse = QuantizedKernels.reciprocal(scales[so + i]);
        eightBits(x, xo + i * BLOCK, inverse, codes, co + i * step);
      }
      if (finite < some) {
        return b + finite;
      }
    }
    return blocks;
  }

  /** Scales of the blocks before the first that is not finite; returns how many they are. */
  private static int scalesOfEightBits(int blocks, float[] x, int xo, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int largest = largestMagnitude(x, xo + b * BLOCK);
      if (largest >= INFINITY) {
        return b;
      }
      scales[so + b] = Float.intBitsToFloat(largest) / 127;
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

  /** x · inverse, to the nearest integer, halfway away from zero: ⌊|v| + ½⌋ with the sign of v. */
  private static void eightBits(float[] x, int from, float inverse, byte[] codes, int to) {
    for (int i = 0; i < BLOCK; i += L) {
      IntVector bits = FloatVector.fromArray(F, x, from + i).reinterpretAsInts();
      FloatVector v = bits.and(MAGNITUDE).reinterpretAsFloats().mul(inverse);
      IntVector n = floor(v.add(BELOW_HALF));
      IntVector sign = bits.lanewise(VectorOperators.ASHR, 31); // 0 or -1
      IntVector u = n.lanewise(VectorOperators.XOR, sign).sub(sign);
      ((ByteVector) u.convertShape(VectorOperators.I2B, B, 0)).intoArray(codes, to + i);
    }
  }

  /** ⌊v⌋ + {@link #TO_INTEGER_BITS}, for v in 0..2²². */
  private static IntVector floor(FloatVector v) {
    FloatVector t = v.add(TO_INTEGER);
    // -1 where the nearest integer is above.
    IntVector down = v.sub(t.sub(TO_INTEGER)).reinterpretAsInts();
    return t.reinterpretAsInts().add(down.lanewise(VectorOperators.ASHR, 31));
  }

  static int int4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    for (int b = 0; b < blocks; b += TOGETHER) {
      int some = Math.min(TOGETHER, blocks - b);
      int finite = scalesOfFourBits(some, x, xo + b * BLOCK, scales, so + b);
      for (int i = b; i < b + finite; i++) {
        float inverse = QuantizedKernels.reciprocal(scales[so + i]);
        fourBits(x, xo + i * BLOCK, inverse, nibbles, no + i * step);
      }
      if (finite < some) {
        return b + finite;
      }
    }
    return blocks;
  }

  private static int scalesOfFourBits(int blocks, float[] x, int xo, float[] scales, int so) {
    for (int b = 0; b < blocks; b++) {
      int from = xo + b * BLOCK;
      int above = largestWithoutSign(x, from, 0);
      int below = largestWithoutSign(x, from, SIGN);
      if (Math.max(above, below) >= INFINITY) {
        return b;
      }
      scales[so + b] = largest(x, from, above, below) / -8;
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
      IntVector low = floor(lowV).min(TO_INTEGER_BITS + 15);
      IntVector high = floor(highV).min(TO_INTEGER_BITS + 15);
      IntVector pair = low.or(high.lanewise(VectorOperators.LSHL, 4));
      ((ByteVector) pair.convertShape(VectorOperators.I2B, B, 0)).intoArray(nibbles, to + i);
    }
  }
}

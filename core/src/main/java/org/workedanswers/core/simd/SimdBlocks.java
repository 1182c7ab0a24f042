package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Kernels;

/**
 * Dot products of blocks of 32 codes as they stand in a file: lanes are columns, and a block is
 * one vector of 16 shorts.
 */
final class SimdBlocks {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final int BLOCK = Kernels.BLOCK;
  private static final int HALF = BLOCK / 2;

  private SimdBlocks() {}

  static float dotInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      FloatVector scale = FloatVector.broadcast(F, scales[so + b]);
      sum = eight(w, wo + b * step, x, xo + b * BLOCK).fma(scale, sum);
    }
    return Lanes.sumOfEight(sum);
  }

  static float dotInt4(
      int blocks, byte[] nibbles, int no, int step, float[] scales, int so, short[] x, int xo) {
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      FloatVector scale = FloatVector.broadcast(F, scales[so + b]);
      sum = four(nibbles, no + b * step, x, xo + b * BLOCK).fma(scale, sum);
    }
    return Lanes.sumOfEight(sum);
  }

  /** The 32 products of a block in eight sums; 2 · 128 · 127 fits a short. */
  private static FloatVector eight(byte[] w, int at, short[] x, int xo) {
    ShortVector low = shorts(w, at).mul(ShortVector.fromArray(S, x, xo));
    ShortVector high = shorts(w, at + HALF).mul(ShortVector.fromArray(S, x, xo + HALF));
    IntVector pairs = low.add(high).reinterpretAsInts();
    IntVector first = pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    return floats(first.add(pairs.lanewise(VectorOperators.ASHR, 16)));
  }

  /** The same for unsigned halves of bytes; 4 · 15 · 127 fits a short. */
  private static FloatVector four(byte[] nibbles, int at, short[] x, int xo) {
    ShortVector packed = shorts(nibbles, at);
    ShortVector low = packed.and((short) 15).mul(ShortVector.fromArray(S, x, xo));
    ShortVector u = packed.lanewise(VectorOperators.LSHR, 4).and((short) 15);
    ShortVector high = u.mul(ShortVector.fromArray(S, x, xo + HALF));
    IntVector pairs = low.add(high).reinterpretAsInts();
    // The lower short of each int is added to the upper one and shifted out.
    IntVector sums = pairs.add(pairs.lanewise(VectorOperators.LSHL, 16));
    return floats(sums.lanewise(VectorOperators.ASHR, 16));
  }

  private static ShortVector shorts(byte[] w, int at) {
    return (ShortVector) ByteVector.fromArray(B, w, at).convertShape(VectorOperators.B2S, S, 0);
  }

  private static FloatVector floats(IntVector sums) {
    return (FloatVector) sums.convert(VectorOperators.I2F, 0);
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Kernels;

/**
 * Dot products of blocks of 32 codes as they stand in a file: lanes are columns, and a block is one
 * vector of 16 shorts. No helper takes a vector, for {@link SimdInterleaved}'s reason.
 */
final class SimdBlocks {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final int BLOCK = Kernels.BLOCK;
  private static final int HALF = BLOCK / 2;

  private SimdBlocks() {}

  /** The 32 products of a block are added to eight sums; 2 · 128 · 127 fits a short. */
  static float dotInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      int at = wo + b * step;
      int xAt = xo + b * BLOCK;
      ShortVector low =
          (ShortVector) ByteVector.fromArray(B, w, at).convertShape(VectorOperators.B2S, S, 0);
      ShortVector high =
          (ShortVector)
              ByteVector.fromArray(B, w, at + HALF).convertShape(VectorOperators.B2S, S, 0);
      IntVector pairs =
          low.mul(ShortVector.fromArray(S, x, xAt))
              .add(high.mul(ShortVector.fromArray(S, x, xAt + HALF)))
              .reinterpretAsInts();
      IntVector dots =
          pairs
              .lanewise(VectorOperators.LSHL, 16)
              .lanewise(VectorOperators.ASHR, 16)
              .add(pairs.lanewise(VectorOperators.ASHR, 16));
      sum =
          ((FloatVector) dots.convert(VectorOperators.I2F, 0))
              .fma(FloatVector.broadcast(F, scales[so + b]), sum);
    }
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_4));
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_2));
    return sum.add(sum.rearrange(Lanes.EIGHT_BY_1)).lane(0);
  }

  /** The same for halves of bytes; 4 · 15 · 127 fits a short. */
  static float dotInt4(
      int blocks,
      byte[] nibbles,
      int no,
      int step,
      int zero,
      float[] scales,
      int so,
      short[] x,
      int xo) {
    ShortVector zeros = ShortVector.broadcast(S, zero);
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      int xAt = xo + b * BLOCK;
      ShortVector packed =
          (ShortVector)
              ByteVector.fromArray(B, nibbles, no + b * step)
                  .convertShape(VectorOperators.B2S, S, 0);
      ShortVector low = packed.and((short) 15).sub(zeros);
      ShortVector high = packed.lanewise(VectorOperators.LSHR, 4).and((short) 15).sub(zeros);
      IntVector pairs =
          low.mul(ShortVector.fromArray(S, x, xAt))
              .add(high.mul(ShortVector.fromArray(S, x, xAt + HALF)))
              .reinterpretAsInts();
      // The lower short of each int is added to the upper one and shifted out.
      IntVector dots =
          pairs.add(pairs.lanewise(VectorOperators.LSHL, 16)).lanewise(VectorOperators.ASHR, 16);
      sum =
          ((FloatVector) dots.convert(VectorOperators.I2F, 0))
              .fma(FloatVector.broadcast(F, scales[so + b]), sum);
    }
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_4));
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_2));
    return sum.add(sum.rearrange(Lanes.EIGHT_BY_1)).lane(0);
  }
}

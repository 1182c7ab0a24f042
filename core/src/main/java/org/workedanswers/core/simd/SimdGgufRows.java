package org.workedanswers.core.simd;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.QuantizedKernels;

/**
 * {@link SimdBlocks} for rows whose blocks bring their scales along, in FP16: a scale is widened in
 * the loop that multiplies its block, and not in one before it.
 *
 * <p>A row is a method without helpers that take a vector, for {@link SimdInterleaved}'s reason.
 */
final class SimdGgufRows {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_256;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_256;
  private static final int BLOCK = Kernels.BLOCK;
  private static final int HALF = BLOCK / 2;

  private SimdGgufRows() {}

  static void dots(
      int bits,
      int rows,
      int blocks,
      byte[] w,
      int wo,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    int rowBytes = blocks * QuantizedKernels.ggufBlockBytes(bits);
    for (int r = 0; r < rows; r++) {
      int at = wo + r * rowBytes;
      y[yo + r] =
          bits == 8
              ? eightBits(blocks, w, at, x, xo, xScales, xso)
              : fourBits(blocks, w, at, x, xo, xScales, xso);
    }
  }

  /** The 32 products of a block are added to eight sums; 2 · 128 · 127 fits a short. */
  private static float eightBits(
      int blocks, byte[] w, int wo, short[] x, int xo, float[] xScales, int xso) {
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      int at = wo + b * (2 + BLOCK);
      int xAt = xo + b * BLOCK;
      float scale = QuantizedKernels.fp16(w, at) * xScales[xso + b];
      ShortVector low = (ShortVector) ByteVector.fromArray(B, w, at + 2).convertShape(B2S, S, 0);
      ShortVector high =
          (ShortVector) ByteVector.fromArray(B, w, at + 2 + HALF).convertShape(B2S, S, 0);
      IntVector pairs =
          low.mul(ShortVector.fromArray(S, x, xAt))
              .add(high.mul(ShortVector.fromArray(S, x, xAt + HALF)))
              .reinterpretAsInts();
      IntVector dots = pairs.lanewise(LSHL, 16).lanewise(ASHR, 16).add(pairs.lanewise(ASHR, 16));
      sum = ((FloatVector) dots.convert(I2F, 0)).fma(FloatVector.broadcast(F, scale), sum);
    }
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_4));
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_2));
    return sum.add(sum.rearrange(Lanes.EIGHT_BY_1)).lane(0);
  }

  /** The same for halves of bytes; 4 · 8 · 127 fits a short. */
  private static float fourBits(
      int blocks, byte[] w, int wo, short[] x, int xo, float[] xScales, int xso) {
    FloatVector sum = FloatVector.zero(F);
    for (int b = 0; b < blocks; b++) {
      int at = wo + b * (2 + HALF);
      int xAt = xo + b * BLOCK;
      float scale = QuantizedKernels.fp16(w, at) * xScales[xso + b];
      ShortVector packed = (ShortVector) ByteVector.fromArray(B, w, at + 2).convertShape(B2S, S, 0);
      ShortVector low = packed.and((short) 15).sub((short) 8);
      ShortVector high = packed.lanewise(LSHR, 4).and((short) 15).sub((short) 8);
      IntVector pairs =
          low.mul(ShortVector.fromArray(S, x, xAt))
              .add(high.mul(ShortVector.fromArray(S, x, xAt + HALF)))
              .reinterpretAsInts();
      // The lower short of each int is added to the upper one and shifted out.
      IntVector dots = pairs.add(pairs.lanewise(LSHL, 16)).lanewise(ASHR, 16);
      sum = ((FloatVector) dots.convert(I2F, 0)).fma(FloatVector.broadcast(F, scale), sum);
    }
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_4));
    sum = sum.add(sum.rearrange(Lanes.EIGHT_BY_2));
    return sum.add(sum.rearrange(Lanes.EIGHT_BY_1)).lane(0);
  }
}

package org.workedanswers.quantization;

import java.util.Arrays;
import org.workedanswers.core.QuantizedKernels;

/**
 * One block of a {@link GgufMatrix} taken apart: the working, for who wants to see it.
 *
 * @param type the format
 * @param bytes the block as it stands in a file
 * @param d the scale, widened from FP16
 * @param m the minimum, widened from FP16; 0 in formats that have none
 * @param codes u of the 32 weights: signed in Q8_0, else from 0
 * @param values the 32 weights that come back
 */
public record GgufBlock(
    GgufType type, byte[] bytes, float d, float m, int[] codes, float[] values) {

  static GgufBlock of(GgufType type, byte[] bytes) {
    int[] codes = new int[GgufType.BLOCK];
    int at = type.hasMinimum() ? 4 : 2;
    for (int i = 0; i < codes.length; i++) {
      codes[i] =
          switch (type) {
            case Q8_0 -> bytes[at + i];
            case Q4_0, Q4_1 -> GgufBlocks.fourBits(bytes, at, i);
            case Q5_0, Q5_1 -> GgufBlocks.fiveBits(bytes, at + 4, GgufBlocks.word(bytes, at), i);
          };
    }
    float[] values = new float[GgufType.BLOCK];
    type.dequantizeBlock(bytes, 0, values, 0);
    float m = type.hasMinimum() ? QuantizedKernels.fp16(bytes, 2) : 0;
    return new GgufBlock(type, bytes, QuantizedKernels.fp16(bytes, 0), m, codes, values);
  }

  @Override
  public String toString() {
    return String.format(
        "%s, d = %s%s%ncodes  %s%nvalues %s",
        type.name(),
        d,
        type.hasMinimum() ? ", m = " + m : "",
        Arrays.toString(codes),
        Arrays.toString(values));
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Interleaved;
import org.workedanswers.core.Kernels;

/**
 * Products with {@link Interleaved} codes: lanes are rows, and no vector changes its shape.
 *
 * <p><b>Four bits.</b> A lane of 16 bits s holds the codes u₀ ... u₃, the first lowest. With {@code
 * s >> 4k} shifted logically, uₖ = (s >> 4k) - 16 (s >> 4(k+1)), so
 *
 * <pre>
 * Σ uₖ xₖ = s x₀ + (s >> 4)(x₁ - 16 x₀) + (s >> 8)(x₂ - 16 x₁) + (s >> 12)(x₃ - 16 x₂)
 * </pre>
 *
 * and nothing is masked. Products overflow 16 bits, but whole numbers modulo 2¹⁶ add up to the right
 * sum all the same, since that of a block, Σ (u - 8) x, is within 32 · 8 · 127 and fits.
 *
 * <p><b>Eight bits.</b> Two products fit a short, 2 · 128 · 127; their sums are added as ints.
 *
 * <p>Every x is wanted in all lanes: it is kept twice in an int, which the processor reads into all
 * lanes at once.
 */
final class SimdInterleaved {
  private static final VectorSpecies<Byte> B = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> S = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int ROWS = Interleaved.ROWS;
  private static final int BLOCK = Kernels.BLOCK;

  /** Bytes of a unit: 16 bits of each row. */
  private static final int UNIT = 2 * ROWS;

  /** Scratch that is kept for each thread: 1 + 1/32 ints a column, and the sums of a group. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final float[] sums = new float[ROWS];
    private int[] factors = new int[0];
    private int[] starts = new int[0];

    private void ensure(int blocks) {
      if (starts.length < blocks) {
        starts = new int[blocks];
        factors = new int[blocks * BLOCK];
      }
    }
  }

  private SimdInterleaved() {}

  static void multiply(
      Interleaved w,
      int from,
      int to,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    Scratch scratch = Scratch.OF_THREAD.get();
    scratch.ensure(w.blocks());
    if (w.bits() == 4) {
      fourBitFactors(w.blocks(), x, xo, scratch.factors, scratch.starts);
    } else {
      for (int i = 0; i < w.blocks() * BLOCK; i++) {
        scratch.factors[i] = twice(x[xo + i]);
      }
    }
    for (int g = from; g < to; g++) {
      java.util.Arrays.fill(scratch.sums, 0);
      if (w.bits() == 4) {
        fourBits(w, g, scratch.factors, scratch.starts, xScales, xso, scratch.sums);
      } else {
        eightBits(w, g, scratch.factors, xScales, xso, scratch.sums);
      }
      int first = g * ROWS;
      System.arraycopy(scratch.sums, 0, y, yo + first, Math.min(ROWS, w.rows() - first));
    }
  }

  private static int twice(int x) {
    return x << 16 | x & 0xffff;
  }

  /** The factors of the formula above, and for each block what the u - 8 take off: -8 Σ x. */
  private static void fourBitFactors(int blocks, short[] x, int xo, int[] factors, int[] starts) {
    for (int b = 0; b < blocks; b++) {
      int sum = 0;
      for (int i = b * BLOCK; i < (b + 1) * BLOCK; i++) {
        int before = i % 4 == 0 ? 0 : x[xo + i - 1];
        factors[i] = twice(x[xo + i] - 16 * before);
        sum += x[xo + i];
      }
      starts[b] = twice(-8 * sum);
    }
  }

  /** sums [32] = the group's rows · x. */
  private static void fourBits(
      Interleaved w, int group, int[] factors, int[] starts, float[] d, int at, float[] sums) {
    int block = group * w.blocks();
    for (int b = 0; b < w.blocks(); b++) {
      for (int lanes = 0; lanes < ROWS; lanes += S.length()) {
        int codes = (block + b) * ROWS * BLOCK / 2 + 2 * lanes;
        ShortVector start = IntVector.broadcast(I, starts[b]).reinterpretAsShorts();
        IntVector pairs = fourBitSums(w.codes(), codes, factors, b * BLOCK, start);
        int scales = (block + b) * ROWS;
        add(lower(pairs), d[at + b], w.scales(), scales, sums, lanes / 2);
        add(upper(pairs), d[at + b], w.scales(), scales, sums, (ROWS + lanes) / 2);
      }
    }
  }

  /** Σ (u - 8) x of a block, two rows to an int. */
  private static IntVector fourBitSums(
      byte[] codes, int at, int[] factors, int fo, ShortVector start) {
    ShortVector sum = start;
    for (int unit = 0; unit < BLOCK / 4; unit++) {
      ShortVector s = shorts(codes, at + unit * UNIT);
      int f = fo + 4 * unit;
      sum = sum.add(s.mul(factor(factors, f)));
      sum = sum.add(s.lanewise(VectorOperators.LSHR, 4).mul(factor(factors, f + 1)));
      sum = sum.add(s.lanewise(VectorOperators.LSHR, 8).mul(factor(factors, f + 2)));
      sum = sum.add(s.lanewise(VectorOperators.LSHR, 12).mul(factor(factors, f + 3)));
    }
    return sum.reinterpretAsInts();
  }

  /** sums [32] = the group's rows · x. */
  private static void eightBits(
      Interleaved w, int group, int[] factors, float[] d, int at, float[] sums) {
    int block = group * w.blocks();
    for (int b = 0; b < w.blocks(); b++) {
      for (int lanes = 0; lanes < ROWS; lanes += S.length()) {
        int codes = (block + b) * ROWS * BLOCK + 2 * lanes;
        int scales = (block + b) * ROWS;
        eightBitBlock(w.codes(), codes, factors, b * BLOCK, d[at + b], w.scales(), scales, sums, lanes / 2);
      }
    }
  }

  /** Adds a block's part of two vectors of rows to their sums. */
  private static void eightBitBlock(
      byte[] codes,
      int at,
      int[] factors,
      int fo,
      float d,
      float[] scales,
      int so,
      float[] sums,
      int lane) {
    IntVector first = IntVector.zero(I);
    IntVector second = first;
    for (int unit = 0; unit < BLOCK / 2; unit++) {
      ShortVector s = shorts(codes, at + unit * UNIT);
      ShortVector low = s.lanewise(VectorOperators.LSHL, 8).lanewise(VectorOperators.ASHR, 8);
      ShortVector high = s.lanewise(VectorOperators.ASHR, 8);
      int f = fo + 2 * unit;
      ShortVector products = low.mul(factor(factors, f)).add(high.mul(factor(factors, f + 1)));
      IntVector pairs = products.reinterpretAsInts();
      first = first.add(lower(pairs));
      second = second.add(upper(pairs));
    }
    add(first, d, scales, so, sums, lane);
    add(second, d, scales, so, sums, lane + ROWS / 2);
  }

  private static ShortVector shorts(byte[] codes, int at) {
    return ByteVector.fromArray(B, codes, at).reinterpretAsShorts();
  }

  private static ShortVector factor(int[] factors, int i) {
    return IntVector.broadcast(I, factors[i]).reinterpretAsShorts();
  }

  private static IntVector lower(IntVector pairs) {
    return pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
  }

  private static IntVector upper(IntVector pairs) {
    return pairs.lanewise(VectorOperators.ASHR, 16);
  }

  /** sums += scale · (d · dot), for a vector of rows. */
  private static void add(
      IntVector dots, float d, float[] scales, int so, float[] sums, int row) {
    ((FloatVector) dots.convert(VectorOperators.I2F, 0))
        .mul(d)
        .fma(FloatVector.fromArray(F, scales, so + row), FloatVector.fromArray(F, sums, row))
        .intoArray(sums, row);
  }
}

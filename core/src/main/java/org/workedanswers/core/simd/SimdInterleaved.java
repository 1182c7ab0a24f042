package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Check;
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
 * and nothing is masked. Products overflow 16 bits, but whole numbers modulo 2¹⁶ add up to the
 * right sum all the same, since that of a block, Σ (u - 8) x, is within 32 · 8 · 127 and fits.
 *
 * <p><b>Eight bits.</b> With two codes in s it is s x₀ + (s >> 8)(x₁ - 256 x₀), less 128 (x₀ + x₁).
 * That p is within 2 · 128 · 127 and fits, a block's sum does not: it is kept in ints, of which
 * each holds p of two rows, p' · 2¹⁶ + p″. p' is what a shift leaves. p″ is made positive by adding
 * 2¹⁵, and Σ p″ is Σ (p' · 2¹⁶ + p″) - 2¹⁶ Σ p', modulo 2³².
 *
 * <p>Every x is wanted in all lanes: it is kept twice in an int, which the processor reads into all
 * lanes at once.
 *
 * <p>A block is a method without helpers. The JIT has a budget for what it inlines; a helper that
 * is left out takes and returns vectors as objects, and a hundred times the time, while methods of
 * the vector module are always inlined.
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

  private static final int UNITS_OF_8 = BLOCK / 2;

  /** Ints that {@link Scratch#factors} has for a block, of four bits and of eight. */
  private static final int FOUR = 1 + BLOCK;

  private static final int EIGHT = 3 * UNITS_OF_8;

  /** Scratch that is kept for each thread: up to 1.5 ints a column, and the sums of a group. */
  private static final class Scratch {
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final float[] sums = new float[ROWS];
    private int[] factors = new int[0];

    /** Room for the factors of a block's units, and what is added to their products. */
    private void ensure(int blocks, int perBlock) {
      if (factors.length < (long) blocks * perBlock) {
        factors = new int[Check.elements("factors", blocks, perBlock)];
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
    if (w.bits() == 4) {
      scratch.ensure(w.blocks(), FOUR);
      fourBitFactors(w.blocks(), x, xo, scratch.factors);
    } else {
      scratch.ensure(w.blocks(), EIGHT);
      eightBitFactors(w.blocks(), x, xo, scratch.factors);
    }
    for (int g = from; g < to; g++) {
      java.util.Arrays.fill(scratch.sums, 0);
      if (w.bits() == 4) {
        fourBits(w, g, scratch.factors, xScales, xso, scratch.sums);
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

  /** For each block, what u - 8 takes off, -8 Σ x; then the factors of the formula above. */
  private static void fourBitFactors(int blocks, short[] x, int xo, int[] factors) {
    int at = 0;
    for (int b = 0; b < blocks; b++) {
      int sum = 0;
      for (int i = 0; i < BLOCK; i++) {
        int xi = x[xo + b * BLOCK + i];
        int before = i % 4 == 0 ? 0 : x[xo + b * BLOCK + i - 1];
        factors[at + 1 + i] = twice(xi - 16 * before);
        sum += xi;
      }
      factors[at] = twice(-8 * sum);
      at += FOUR;
    }
  }

  /** For each unit x₀, x₁ - 256 x₀, and what is added: -128 (x₀ + x₁), and 2¹⁵ to the lower. */
  private static void eightBitFactors(int blocks, short[] x, int xo, int[] factors) {
    for (int i = 0, at = 0; i < blocks * BLOCK; i += 2, at += 3) {
      int x0 = x[xo + i];
      int x1 = x[xo + i + 1];
      factors[at] = twice(x0);
      factors[at + 1] = twice(x1 - 256 * x0);
      factors[at + 2] = twice(-128 * (x0 + x1)) ^ 0x8000;
    }
  }

  /** sums [32] = the group's rows · x. */
  private static void fourBits(
      Interleaved w, int group, int[] factors, float[] d, int at, float[] sums) {
    for (int b = 0; b < w.blocks(); b++) {
      int block = group * w.blocks() + b;
      for (int lanes = 0; lanes < ROWS; lanes += S.length()) {
        int codes = block * (ROWS * BLOCK / 2) + 2 * lanes;
        int scales = block * ROWS + lanes / 2;
        fourBitBlock(
            w.codes(), codes, factors, b * FOUR, d[at + b], w.scales(), scales, sums, lanes / 2);
      }
    }
  }

  /** Adds a block's part to the sums of two vectors of rows. */
  private static void fourBitBlock(
      byte[] codes,
      int at,
      int[] factors,
      int fo,
      float d,
      float[] scales,
      int so,
      float[] sums,
      int row) {
    ShortVector dots = IntVector.broadcast(I, factors[fo]).reinterpretAsShorts();
    for (int unit = 0; unit < BLOCK / 4; unit++) {
      int f = fo + 1 + 4 * unit;
      ShortVector s = ByteVector.fromArray(B, codes, at + unit * UNIT).reinterpretAsShorts();
      ShortVector x0 = IntVector.broadcast(I, factors[f]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(I, factors[f + 1]).reinterpretAsShorts();
      ShortVector x2 = IntVector.broadcast(I, factors[f + 2]).reinterpretAsShorts();
      ShortVector x3 = IntVector.broadcast(I, factors[f + 3]).reinterpretAsShorts();
      dots = dots.add(s.mul(x0));
      dots = dots.add(s.lanewise(VectorOperators.LSHR, 4).mul(x1));
      dots = dots.add(s.lanewise(VectorOperators.LSHR, 8).mul(x2));
      dots = dots.add(s.lanewise(VectorOperators.LSHR, 12).mul(x3));
    }
    IntVector pairs = dots.reinterpretAsInts();
    IntVector lower = pairs.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
    IntVector upper = pairs.lanewise(VectorOperators.ASHR, 16);
    FloatVector first = ((FloatVector) lower.convert(VectorOperators.I2F, 0)).mul(d);
    FloatVector second = ((FloatVector) upper.convert(VectorOperators.I2F, 0)).mul(d);
    first
        .fma(FloatVector.fromArray(F, scales, so), FloatVector.fromArray(F, sums, row))
        .intoArray(sums, row);
    second
        .fma(
            FloatVector.fromArray(F, scales, so + ROWS / 2),
            FloatVector.fromArray(F, sums, row + ROWS / 2))
        .intoArray(sums, row + ROWS / 2);
  }

  /** sums [32] = the group's rows · x. */
  private static void eightBits(
      Interleaved w, int group, int[] factors, float[] d, int at, float[] sums) {
    for (int b = 0; b < w.blocks(); b++) {
      int block = group * w.blocks() + b;
      for (int lanes = 0; lanes < ROWS; lanes += S.length()) {
        int codes = block * ROWS * BLOCK + 2 * lanes;
        int scales = block * ROWS + lanes / 2;
        eightBitBlock(
            w.codes(), codes, factors, b * EIGHT, d[at + b], w.scales(), scales, sums, lanes / 2);
      }
    }
  }

  /** Adds a block's part to the sums of two vectors of rows. */
  private static void eightBitBlock(
      byte[] codes,
      int at,
      int[] factors,
      int fo,
      float d,
      float[] scales,
      int so,
      float[] sums,
      int row) {
    IntVector both = IntVector.broadcast(I, -UNITS_OF_8 << 15);
    IntVector upper = IntVector.zero(I);
    for (int unit = 0; unit < UNITS_OF_8; unit++) {
      int f = fo + 3 * unit;
      ShortVector s = ByteVector.fromArray(B, codes, at + unit * UNIT).reinterpretAsShorts();
      ShortVector x0 = IntVector.broadcast(I, factors[f]).reinterpretAsShorts();
      ShortVector x1 = IntVector.broadcast(I, factors[f + 1]).reinterpretAsShorts();
      ShortVector less = IntVector.broadcast(I, factors[f + 2]).reinterpretAsShorts();
      ShortVector p = s.mul(x0).add(s.lanewise(VectorOperators.LSHR, 8).mul(x1)).add(less);
      IntVector pairs = p.reinterpretAsInts();
      both = both.add(pairs);
      upper = upper.add(pairs.lanewise(VectorOperators.ASHR, 16));
    }
    IntVector lower = both.sub(upper.lanewise(VectorOperators.LSHL, 16));
    FloatVector first = ((FloatVector) lower.convert(VectorOperators.I2F, 0)).mul(d);
    FloatVector second = ((FloatVector) upper.convert(VectorOperators.I2F, 0)).mul(d);
    first
        .fma(FloatVector.fromArray(F, scales, so), FloatVector.fromArray(F, sums, row))
        .intoArray(sums, row);
    second
        .fma(
            FloatVector.fromArray(F, scales, so + ROWS / 2),
            FloatVector.fromArray(F, sums, row + ROWS / 2))
        .intoArray(sums, row + ROWS / 2);
  }
}

package org.workedanswers.core.simd;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Check;
import org.workedanswers.core.Interleaved;
import org.workedanswers.core.InterleavedBytes;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.Packed;
import org.workedanswers.core.QuantizedKernels;

/**
 * The kernels on vectors of {@code jdk.incubator.vector}, as wide as the processor has them.
 *
 * <p>Lane l of a sum holds the elements l, l + L, l + 2L ... (L lanes). Lanes are added at the end
 * in an order that is written out here: {@code reduceLanes} leaves its order open, so an
 * interpreted and a compiled call could differ.
 */
public final class SimdKernels implements Kernels {
  static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;

  private static final VectorSpecies<Byte> B8 = ByteVector.SPECIES_64;
  private static final VectorSpecies<Float> F8 = FloatVector.SPECIES_256;

  private static final SimdKernels INSTANCE = new SimdKernels();

  private SimdKernels() {}

  /** The only instance; it keeps no state. */
  public static SimdKernels instance() {
    return INSTANCE;
  }

  /** How many bits a vector has on this machine. */
  public static int vectorBits() {
    return F.vectorBitSize();
  }

  @Override
  public String name() {
    return SimdLookup.NAME;
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    Kernels.checkGemm(a, opA, b, opB, c);
    SimdGemm.gemm(alpha, a, opA, b, opB, beta, c);
  }

  @Override
  public boolean prefersPacked() {
    return true;
  }

  @Override
  public int panelWidth() {
    return SimdPackedGemm.WIDTH;
  }

  @Override
  public void gemm(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {
    Kernels.checkGemm(a, b, row, col, c, panelWidth());
    SimdPackedGemm.gemm(a, b, row, col, add, c);
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    Kernels.checkRuns(n, a.length, ao, b.length, bo);
    int lanes = F.length();
    int i = 0;
    // Four sums at a time hide the latency of the multiply-add.
    FloatVector s0 = FloatVector.zero(F);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    for (; i <= n - 4 * lanes; i += 4 * lanes) {
      s0 = load(a, ao + i).fma(load(b, bo + i), s0);
      s1 = load(a, ao + i + lanes).fma(load(b, bo + i + lanes), s1);
      s2 = load(a, ao + i + 2 * lanes).fma(load(b, bo + i + 2 * lanes), s2);
      s3 = load(a, ao + i + 3 * lanes).fma(load(b, bo + i + 3 * lanes), s3);
    }
    for (; i <= n - lanes; i += lanes) {
      s0 = load(a, ao + i).fma(load(b, bo + i), s0);
    }
    float sum = Lanes.sum(s0.add(s1).add(s2.add(s3)));
    for (; i < n; i++) {
      sum = Math.fma(a[ao + i], b[bo + i], sum);
    }
    return sum;
  }

  @Override
  public void dots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    Kernels.checkDots(count, n, x, xo, rows, at, y);
    SimdRowDots.dots(count, n, x, xo, rows, at, y);
  }

  private static FloatVector load(float[] x, int at) {
    return FloatVector.fromArray(F, x, at);
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    FloatVector va = FloatVector.broadcast(F, alpha);
    int i = 0;
    for (; i <= n - F.length(); i += F.length()) {
      load(x, xo + i).fma(va, load(y, yo + i)).intoArray(y, yo + i);
    }
    for (; i < n; i++) {
      y[yo + i] = Math.fma(x[xo + i], alpha, y[yo + i]);
    }
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    Kernels.checkRuns(n, x.length, xo, y.length, yo);
    SimdExp.values(n, x, xo, y, yo);
  }

  @Override
  public void gelu(int n, float[] x, int xo) {
    Check.inside("values", xo, n, x.length);
    SimdGelu.values(n, x, xo);
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    Check.inside("row", xo, n, x.length);
    SimdSoftmax.row(n, x, xo);
  }

  @Override
  public void onlineSoftmax(Matrix s, float[] max, float[] sum, float[] alpha) {
    Kernels.checkOnlineSoftmax(s, max, sum, alpha);
    SimdOnlineSoftmax.rows(s, max, sum, alpha);
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    Kernels.checkRuns(n, x.length, xo, q.length, qo);
    FloatVector s0 = FloatVector.zero(F8);
    FloatVector s1 = s0;
    int i = 0;
    for (; i + 16 <= n; i += 16) {
      s0 = FloatVector.fromArray(F8, x, xo + i).fma(floats(q, qo + i), s0);
      s1 = FloatVector.fromArray(F8, x, xo + i + 8).fma(floats(q, qo + i + 8), s1);
    }
    float sum = Lanes.sumOfEight(s0.add(s1));
    for (; i < n; i++) {
      sum = Math.fma(x[xo + i], q[qo + i], sum);
    }
    return sum;
  }

  private static FloatVector floats(byte[] q, int at) {
    return (FloatVector) ByteVector.fromArray(B8, q, at).convertShape(VectorOperators.B2F, F8, 0);
  }

  // The kernels of blocks are written for vectors of 256 bits and more; shorter ones leave them to
  // the plain loops.

  @Override
  public void dotsInt8(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    if (vectorBits() < 256) {
      Kernels.super.dotsInt8(w, from, to, x, xo, y, yo);
      return;
    }
    QuantizedKernels.checkDotsInt8(w, from, to, x.length, xo, y.length, yo);
    SimdInterleavedBytes.dots(w, from, to, x, xo, y, yo);
  }

  @Override
  public void dotsInt8(int count, int n, byte[] x, int xo, byte[] rows, int[] at, int[] y) {
    if (vectorBits() < 256) {
      Kernels.super.dotsInt8(count, n, x, xo, rows, at, y);
      return;
    }
    QuantizedKernels.checkDotsInt8(count, n, x.length, xo, rows.length, at, y.length);
    SimdByteRowDots.dots(count, n, x, xo, rows, at, y);
  }

  @Override
  public int quantizeInt8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    if (vectorBits() < 256) {
      return Kernels.super.quantizeInt8(blocks, x, xo, codes, co, step, scales, so);
    }
    QuantizedKernels.checkBlocks(
        blocks, codes.length, co, step, BLOCK, scales.length, so, x.length, xo);
    return SimdQuantizer.int8(blocks, x, xo, codes, co, step, scales, so);
  }

  @Override
  public int quantizeInt4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    if (vectorBits() < 256) {
      return Kernels.super.quantizeInt4(blocks, x, xo, nibbles, no, step, scales, so);
    }
    QuantizedKernels.checkBlocks(
        blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return SimdQuantizer.int4(blocks, x, xo, nibbles, no, step, scales, so);
  }

  @Override
  public float dotBlocksInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    if (vectorBits() < 256) {
      return Kernels.super.dotBlocksInt8(blocks, w, wo, step, scales, so, x, xo);
    }
    QuantizedKernels.checkBlocks(
        blocks, w.length, wo, step, BLOCK, scales.length, so, x.length, xo);
    return SimdBlocks.dotInt8(blocks, w, wo, step, scales, so, x, xo);
  }

  @Override
  public float dotBlocksInt4(
      int blocks,
      byte[] nibbles,
      int no,
      int step,
      int zero,
      float[] scales,
      int so,
      short[] x,
      int xo) {
    if (vectorBits() < 256) {
      return Kernels.super.dotBlocksInt4(blocks, nibbles, no, step, zero, scales, so, x, xo);
    }
    QuantizedKernels.checkBlocks(
        blocks, nibbles.length, no, step, BLOCK / 2, scales.length, so, x.length, xo);
    return SimdBlocks.dotInt4(blocks, nibbles, no, step, zero, scales, so, x, xo);
  }

  @Override
  public void dotsGguf(
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
    if (vectorBits() < 256) {
      Kernels.super.dotsGguf(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
      return;
    }
    QuantizedKernels.checkGguf(
        bits, rows, blocks, w.length, wo, x.length, xo, xScales.length, xso, y.length, yo);
    SimdGgufRows.dots(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
  }

  @Override
  public void multiply(
      Interleaved w,
      int from,
      int to,
      short[] x,
      int xo,
      float[] xScales,
      int xso,
      float[] y,
      int yo) {
    QuantizedKernels.checkInterleaved(w, from, to, x.length, xo, xScales.length, xso, y.length, yo);
    SimdInterleaved.multiply(w, from, to, x, xo, xScales, xso, y, yo);
  }
}

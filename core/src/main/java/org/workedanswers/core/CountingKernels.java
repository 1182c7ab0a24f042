package org.workedanswers.core;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Kernels that count the work they are asked for and hand it to others.
 *
 * <p>A multiply-add is one product added to one sum: a product of [m x k] and [k x n] has m · n · k
 * of them, whatever way the kernels behind take. So a claim on the cost of a technique can rest on
 * what was asked for in a run, and not on a formula or a clock. May be used by many threads.
 */
public final class CountingKernels implements Kernels {
  private final Kernels counted;
  private final AtomicLong multiplyAdds = new AtomicLong();
  private final AtomicLong exponentials = new AtomicLong();

  /** Counts what {@code counted} is asked for. */
  public CountingKernels(Kernels counted) {
    this.counted = counted;
  }

  /** Multiply-adds since the start or the last {@link #reset}. */
  public long multiplyAdds() {
    return multiplyAdds.get();
  }

  /** Exponentials, those of softmax too, since the start or the last {@link #reset}. */
  public long exponentials() {
    return exponentials.get();
  }

  /** Begins again at zero. */
  public void reset() {
    multiplyAdds.set(0);
    exponentials.set(0);
  }

  @Override
  public String name() {
    return counted.name();
  }

  @Override
  public boolean sumsByInnerSizeAlone() {
    return counted.sumsByInnerSizeAlone();
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    count(alpha, a, opA, c);
    counted.gemm(alpha, a, opA, b, opB, beta, c);
  }

  @Override
  public void gemm(
      Loop loop, float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    count(alpha, a, opA, c);
    counted.gemm(loop, alpha, a, opA, b, opB, beta, c);
  }

  private void count(float alpha, Matrix a, Op opA, Matrix c) {
    if (alpha != 0) {
      multiplyAdds.addAndGet((long) c.rows() * c.cols() * opA.cols(a));
    }
  }

  /** {@inheritDoc} Never here: what fills up a panel would be counted. */
  @Override
  public boolean prefersPacked() {
    return false;
  }

  @Override
  public int panelWidth() {
    return counted.panelWidth();
  }

  @Override
  public void gemm(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {
    multiplyAdds.addAndGet((long) c.rows() * c.cols() * a.cols());
    counted.gemm(a, b, row, col, add, c);
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    multiplyAdds.addAndGet(n);
    return counted.dot(n, a, ao, b, bo);
  }

  @Override
  public void dots(int count, int n, float[] x, int xo, float[] rows, int[] at, float[] y) {
    multiplyAdds.addAndGet((long) count * n);
    counted.dots(count, n, x, xo, rows, at, y);
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    multiplyAdds.addAndGet(n);
    counted.axpy(n, alpha, x, xo, y, yo);
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    exponentials.addAndGet(n);
    counted.exp(n, x, xo, y, yo);
  }

  @Override
  public void gelu(int n, float[] x, int xo) {
    counted.gelu(n, x, xo);
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    exponentials.addAndGet(n);
    counted.softmaxRow(n, x, xo);
  }

  @Override
  public void onlineSoftmax(Matrix s, float[] max, float[] sum, float[] alpha) {
    exponentials.addAndGet((long) s.rows() * (s.cols() + 1L));
    counted.onlineSoftmax(s, max, sum, alpha);
  }

  @Override
  public void dotsInt8(InterleavedBytes w, int from, int to, byte[] x, int xo, short[] y, int yo) {
    int rows = Math.min(w.rows(), to * InterleavedBytes.ROWS) - from * InterleavedBytes.ROWS;
    multiplyAdds.addAndGet(Math.max(0L, rows) * w.cols());
    counted.dotsInt8(w, from, to, x, xo, y, yo);
  }

  @Override
  public void dotsInt8(int count, int n, byte[] x, int xo, byte[] rows, int[] at, int[] y) {
    multiplyAdds.addAndGet((long) count * n);
    counted.dotsInt8(count, n, x, xo, rows, at, y);
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    multiplyAdds.addAndGet(n);
    return counted.dotFloatInt8(n, x, xo, q, qo);
  }

  @Override
  public int quantizeInt8(
      int blocks, float[] x, int xo, byte[] codes, int co, int step, float[] scales, int so) {
    return counted.quantizeInt8(blocks, x, xo, codes, co, step, scales, so);
  }

  @Override
  public int quantizeInt4(
      int blocks, float[] x, int xo, byte[] nibbles, int no, int step, float[] scales, int so) {
    return counted.quantizeInt4(blocks, x, xo, nibbles, no, step, scales, so);
  }

  @Override
  public float dotBlocksInt8(
      int blocks, byte[] w, int wo, int step, float[] scales, int so, short[] x, int xo) {
    multiplyAdds.addAndGet((long) blocks * BLOCK);
    return counted.dotBlocksInt8(blocks, w, wo, step, scales, so, x, xo);
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
    multiplyAdds.addAndGet((long) blocks * BLOCK);
    return counted.dotBlocksInt4(blocks, nibbles, no, step, zero, scales, so, x, xo);
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
    multiplyAdds.addAndGet((long) rows * blocks * BLOCK);
    counted.dotsGguf(bits, rows, blocks, w, wo, x, xo, xScales, xso, y, yo);
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
    int rows = Math.min(w.rows(), to * Interleaved.ROWS) - from * Interleaved.ROWS;
    multiplyAdds.addAndGet((long) rows * w.blocks() * BLOCK);
    counted.multiply(w, from, to, x, xo, xScales, xso, y, yo);
  }
}

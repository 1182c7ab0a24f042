package org.workedanswers.core.simd;

import jdk.incubator.vector.FloatVector;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;

public final class SimdKernels implements Kernels {
  private static final SimdKernels K = new SimdKernels();
  private static final Kernels P = PlainKernels.PLAIN;

  public static SimdKernels instance() {
    return K;
  }

  public static int vectorBits() {
    return FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  @Override
  public String name() {
    return "simd";
  }

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {
    P.gemm(alpha, a, opA, b, opB, beta, c);
  }

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    return P.dot(n, a, ao, b, bo);
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {
    P.axpy(n, alpha, x, xo, y, yo);
  }

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {
    P.exp(n, x, xo, y, yo);
  }

  @Override
  public void softmaxRow(int n, float[] x, int xo) {
    P.softmaxRow(n, x, xo);
  }

  @Override
  public int dotInt8(int n, byte[] a, int ao, byte[] b, int bo) {
    return P.dotInt8(n, a, ao, b, bo);
  }

  @Override
  public int dotInt4(int n, byte[] nibbles, int no, byte[] b, int bo) {
    return P.dotInt4(n, nibbles, no, b, bo);
  }

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    return P.dotFloatInt8(n, x, xo, q, qo);
  }
}

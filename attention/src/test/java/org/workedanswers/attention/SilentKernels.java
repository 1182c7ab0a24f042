package org.workedanswers.attention;

import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.Packed;

/** Kernels that do nothing, so that what is allocated is not theirs. */
final class SilentKernels implements Kernels {
  @Override
  public String name() {
    return "silent";
  }

  @Override
  public void gemm(Matrix a, Packed b, int row, int col, boolean add, Matrix c) {}

  @Override
  public void onlineSoftmax(Matrix s, float[] max, float[] sum, float[] alpha) {}

  @Override
  public void gemm(float alpha, Matrix a, Op opA, Matrix b, Op opB, float beta, Matrix c) {}

  @Override
  public float dot(int n, float[] a, int ao, float[] b, int bo) {
    return n;
  }

  @Override
  public void axpy(int n, float alpha, float[] x, int xo, float[] y, int yo) {}

  @Override
  public void exp(int n, float[] x, int xo, float[] y, int yo) {}

  @Override
  public void gelu(int n, float[] x, int xo) {}

  @Override
  public void softmaxRow(int n, float[] x, int xo) {}

  @Override
  public float dotFloatInt8(int n, float[] x, int xo, byte[] q, int qo) {
    return 0;
  }
}

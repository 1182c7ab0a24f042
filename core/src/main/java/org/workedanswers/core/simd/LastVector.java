package org.workedanswers.core.simd;

import java.util.Arrays;

/**
 * What does not fill a vector, filled up in an array of a vector's length: a loop over whole
 * vectors runs over it as well. A thread has one of these and uses it again.
 */
final class LastVector {
  private static final ThreadLocal<float[]> OF_THREAD =
      ThreadLocal.withInitial(() -> new float[SimdKernels.F.length()]);

  private LastVector() {}

  /** The calling thread's, with n values of x and then {@code filler}. */
  static float[] of(int n, float[] x, int xo, float filler) {
    float[] last = OF_THREAD.get();
    System.arraycopy(x, xo, last, 0, n);
    Arrays.fill(last, n, last.length, filler);
    return last;
  }
}

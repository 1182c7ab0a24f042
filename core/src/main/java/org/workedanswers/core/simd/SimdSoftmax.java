package org.workedanswers.core.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax of a row in four passes: the maximum, the exponentials, their sum, the division.
 *
 * <p>Each pass is a method of its own, and its last, partial vector is another: the JIT inlines all
 * of a loop's vector code or allocates a vector object at each step, and large methods reach the
 * end of its budget.
 */
final class SimdSoftmax {
  private static final VectorSpecies<Float> F = SimdKernels.F;

  private SimdSoftmax() {}

  static void row(int n, float[] x, int xo) {
    int whole = F.loopBound(n);
    float max = max(whole, x, xo);
    for (int i = whole; i < n; i++) {
      max = Math.max(max, x[xo + i]);
    }
    if (max == Float.NEGATIVE_INFINITY) {
      Arrays.fill(x, xo, xo + n, 0);
      return;
    }
    exponentials(whole, x, xo, max);
    if (whole < n) {
      lastExponentials(n - whole, x, xo + whole, max);
    }
    float total = sum(n, x, xo);
    divide(whole, x, xo, total);
    for (int i = whole; i < n; i++) {
      x[xo + i] /= total;
    }
  }

  private static float max(int whole, float[] x, int xo) {
    FloatVector max = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    for (int i = 0; i < whole; i += F.length()) {
      max = max.max(FloatVector.fromArray(F, x, xo + i));
    }
    return max.reduceLanes(VectorOperators.MAX); // the same in any order
  }

  /** x ← e^(x - max). */
  private static void exponentials(int whole, float[] x, int xo, float max) {
    FloatVector m = FloatVector.broadcast(F, max);
    for (int i = 0; i < whole; i += F.length()) {
      SimdExp.exp(FloatVector.fromArray(F, x, xo + i).sub(m)).intoArray(x, xo + i);
    }
  }

  private static void lastExponentials(int n, float[] x, int xo, float max) {
    VectorMask<Float> lanes = F.indexInRange(0, n);
    SimdExp.exp(FloatVector.fromArray(F, x, xo, lanes).sub(max)).intoArray(x, xo, lanes);
  }

  /** By lane, the last ones in the lanes that are their turn: zeros behind them change nothing. */
  private static float sum(int n, float[] x, int xo) {
    FloatVector sum = FloatVector.zero(F);
    int i = 0;
    for (; i + F.length() <= n; i += F.length()) {
      sum = sum.add(FloatVector.fromArray(F, x, xo + i));
    }
    if (i < n) {
      sum = sum.add(FloatVector.fromArray(F, x, xo + i, F.indexInRange(i, n)));
    }
    return Lanes.sum(sum);
  }

  private static void divide(int whole, float[] x, int xo, float total) {
    FloatVector t = FloatVector.broadcast(F, total);
    for (int i = 0; i < whole; i += F.length()) {
      FloatVector.fromArray(F, x, xo + i).div(t).intoArray(x, xo + i);
    }
  }
}

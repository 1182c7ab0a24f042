package org.workedanswers.core.simd;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax of a row in three passes: the maximum; the weights and their sum; each weight times 1 /
 * sum. What does not fill the last vector is filled up with -∞, whose weight is 0, and summed lane
 * by lane with the rest: so a row has the same weights, bit for bit, whatever masked values follow
 * it.
 *
 * <p>A weight is e^-t with t = max - x ≥ 0. Knowing its sign makes it cheaper than {@link SimdExp}:
 * t is bounded as an integer is, by its bits, and k is added to the exponent; where that would pass
 * below 2⁻¹²⁷ the bits are negative, and the weight is 0.
 *
 * <p>Each pass is a method of its own that calls nothing but the vector module: the JIT inlines all
 * of a loop's vector code or allocates a vector object at each step, and helpers, also those behind
 * the loop, are what it leaves out first.
 */
final class SimdSoftmax {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();
  private static final float ROUND = 0x1.8p23f; // adding it rounds to an integer in the low bits

  /** k is -128 there. */
  private static final int LARGEST = Float.floatToRawIntBits(89);

  private SimdSoftmax() {}

  static void row(int n, float[] x, int xo) {
    int whole = F.loopBound(n);
    float max = max(whole, x, xo);
    for (int i = whole; i < n; i++) {
      max = x[xo + i] > max ? x[xo + i] : max;
    }
    if (max == Float.NEGATIVE_INFINITY) {
      boolean masked = true; // not where NaN hides behind it
      for (int i = 0; i < n; i++) {
        masked &= x[xo + i] == Float.NEGATIVE_INFINITY;
      }
      Arrays.fill(x, xo, xo + n, masked ? 0 : Float.NaN);
      return;
    }
    float[] last = LastVector.of(n - whole, x, xo + whole, Float.NEGATIVE_INFINITY);
    float sum = weigh(n, whole, x, xo, last, max);
    System.arraycopy(last, 0, x, xo + whole, n - whole);
    scale(n, x, xo, 1 / sum);
  }

  /**
   * The largest value; NaN is passed over.
   *
   * <p>A comparison and a choice are cheaper than {@code max}, which looks for NaN and -0.
   */
  private static float max(int n, float[] x, int xo) {
    FloatVector m0 = FloatVector.broadcast(F, Float.NEGATIVE_INFINITY);
    FloatVector m1 = m0;
    FloatVector m2 = m0;
    FloatVector m3 = m0;
    int i = 0;
    for (; i <= n - 4 * L; i += 4 * L) {
      FloatVector x0 = FloatVector.fromArray(F, x, xo + i);
      FloatVector x1 = FloatVector.fromArray(F, x, xo + i + L);
      FloatVector x2 = FloatVector.fromArray(F, x, xo + i + 2 * L);
      FloatVector x3 = FloatVector.fromArray(F, x, xo + i + 3 * L);
      m0 = m0.blend(x0, x0.compare(GT, m0));
      m1 = m1.blend(x1, x1.compare(GT, m1));
      m2 = m2.blend(x2, x2.compare(GT, m2));
      m3 = m3.blend(x3, x3.compare(GT, m3));
    }
    for (; i < n; i += L) {
      FloatVector x0 = FloatVector.fromArray(F, x, xo + i);
      m0 = m0.blend(x0, x0.compare(GT, m0));
    }
    return m0.max(m1).max(m2.max(m3)).reduceLanes(MAX); // the same in any order
  }

  /**
   * x ← e^(x - max), in {@code last} from {@code whole} on; returns their sum, or NaN where x holds
   * NaN or +∞: only then Σ t, of numbers that are not negative, is NaN.
   */
  private static float weigh(int n, int whole, float[] x, int xo, float[] last, float max) {
    FloatVector m = FloatVector.broadcast(F, max);
    FloatVector sum = FloatVector.zero(F);
    FloatVector far = FloatVector.zero(F);
    for (int i = 0; i < n; i += L) {
      float[] y = i < whole ? x : last;
      int at = i < whole ? xo + i : 0;
      FloatVector t = m.sub(FloatVector.fromArray(F, y, at));
      far = far.add(t);
      t = t.reinterpretAsInts().min(LARGEST).reinterpretAsFloats();
      FloatVector shifted = t.fma(-SimdExp.LOG2_E, ROUND);
      FloatVector k = shifted.sub(ROUND);
      FloatVector s = k.lanewise(FMA, SimdExp.LN2_HIGH, t); // s = -r
      s = k.lanewise(FMA, SimdExp.LN2_LOW, s);
      FloatVector p = s.fma(-SimdExp.P5, SimdExp.P4);
      p = p.lanewise(FMA, s, -SimdExp.P3);
      p = p.lanewise(FMA, s, SimdExp.P2);
      p = p.lanewise(FMA, s, -SimdExp.P1);
      p = p.lanewise(FMA, s, 1);
      IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
      p = p.reinterpretAsInts().add(exponent).max(0).reinterpretAsFloats();
      sum = sum.add(p);
      p.intoArray(y, at);
    }
    // As Lanes.sum does: a helper that is left out would make the loop allocate each sum.
    if (L >= 16) {
      sum = sum.add(sum.rearrange(Lanes.BY_8));
    }
    if (L >= 8) {
      sum = sum.add(sum.rearrange(Lanes.BY_4));
    }
    sum = sum.add(sum.rearrange(Lanes.BY_2));
    sum = sum.add(sum.rearrange(Lanes.BY_1));
    return far.reduceLanes(ADD) <= Float.POSITIVE_INFINITY ? sum.lane(0) : Float.NaN;
  }

  private static void scale(int n, float[] x, int xo, float factor) {
    int i = 0;
    for (; i <= n - L; i += L) {
      FloatVector.fromArray(F, x, xo + i).mul(factor).intoArray(x, xo + i);
    }
    for (; i < n; i++) {
      x[xo + i] *= factor;
    }
  }
}

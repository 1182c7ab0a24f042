package org.workedanswers.core.simd;

import static jdk.incubator.vector.VectorOperators.ABS;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.workedanswers.core.Gelu;

/** {@link Gelu}'s polynomial in vectors, with multiply-adds. */
final class SimdGelu {
  private static final VectorSpecies<Float> F = SimdKernels.F;
  private static final int L = F.length();

  /** R, a vector a coefficient: there are more than registers. */
  private static final float[] R = Gelu.coefficients(L);

  private SimdGelu() {}

  /** x ← x Φ(x) over n values. */
  static void values(int n, float[] x, int xo) {
    int whole = F.loopBound(n);
    vectors(whole, x, xo);
    if (whole < n) {
      float[] last = LastVector.of(n - whole, x, xo + whole, 0);
      vectors(last.length, last, 0);
      System.arraycopy(last, 0, x, xo + whole, n - whole);
    }
  }

  /** No helper takes a vector, for {@link SimdInterleaved}'s reason. */
  private static void vectors(int n, float[] x, int xo) {
    for (int i = 0; i < n; i += L) {
      FloatVector v = FloatVector.fromArray(F, x, xo + i);
      FloatVector a = v.lanewise(ABS);
      // A comparison lets a NaN through, and is cheaper than max and min.
      a = a.blend(Gelu.END, a.compare(GT, Gelu.END));
      FloatVector u = a.sub(Gelu.MIDDLE);
      FloatVector w = u.mul(u);
      FloatVector even = FloatVector.fromArray(F, R, 16 * L);
      FloatVector odd = FloatVector.fromArray(F, R, 17 * L);
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 14 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 15 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 12 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 13 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 10 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 11 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 8 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 9 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 6 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 7 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 4 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 5 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 2 * L));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, 3 * L));
      even = even.lanewise(FMA, w, FloatVector.fromArray(F, R, 0));
      odd = odd.lanewise(FMA, w, FloatVector.fromArray(F, R, L));
      FloatVector rest = a.sub(Gelu.END); // its square is what counts
      FloatVector q = a.mul(rest).mul(rest.mul(odd.fma(u, even)));
      v.blend(0f, v.compare(LE, 0f)).sub(q).intoArray(x, xo + i);
    }
  }
}

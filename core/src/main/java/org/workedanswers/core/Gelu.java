package org.workedanswers.core;

/**
 * x Φ(x) without an exponential, by a polynomial.
 *
 * <pre>
 * x Φ(x) = max(x, 0) - q(a)     a = min(|x|, 6)
 * q(a) = a Φ(-a) ≈ a (6 - a)² R(a - 3)     R of degree 17
 * </pre>
 *
 * <p>q is 0 at 0 and below 6·10⁻⁹ from 6 on; its factors make the polynomial exactly 0 at both
 * ends. R was fitted so that its largest error is smallest, by least squares whose weights grow
 * where the error is large (Lawson, 1961): 6·10⁻⁹, or that times 2 a below ½. Even and odd powers
 * are summed for themselves, so that half as many sums wait for each other.
 */
public final class Gelu {
  /** Where the polynomial ends. */
  public static final float END = 6;

  /** Where R's powers are taken from. */
  public static final float MIDDLE = 3;

  private static final float[] R = {
    1.49988555e-4f,
    -3.92436428e-4f,
    4.60354553e-4f,
    -3.06055503e-4f,
    1.14121402e-4f,
    -1.30326534e-5f,
    -9.03900582e-6f,
    4.81010966e-6f,
    -6.40437577e-7f,
    -2.62919059e-7f,
    1.2257189e-7f,
    -6.94452273e-9f,
    -7.42553086e-9f,
    1.60887337e-9f,
    2.05068657e-10f,
    -8.82523638e-11f,
    -1.69834589e-12f,
    1.94018066e-12f
  };

  private Gelu() {}

  /** R's coefficients, the constant first, each so many times: for vectors of so many lanes. */
  public static float[] coefficients(int times) {
    float[] all = new float[R.length * times];
    for (int i = 0; i < all.length; i++) {
      all[i] = R[i / times];
    }
    return all;
  }

  /** x ← x Φ(x), n values from {@code xo} on. The JIT makes vector code of it, also that of 17. */
  static void apply(int n, float[] x, int xo) {
    float c0 = R[0]; // read before the loop: else it is none that becomes vectors
    float c1 = R[1];
    float c2 = R[2];
    float c3 = R[3];
    float c4 = R[4];
    float c5 = R[5];
    float c6 = R[6];
    float c7 = R[7];
    float c8 = R[8];
    float c9 = R[9];
    float c10 = R[10];
    float c11 = R[11];
    float c12 = R[12];
    float c13 = R[13];
    float c14 = R[14];
    float c15 = R[15];
    float c16 = R[16];
    float c17 = R[17];
    for (int i = 0; i < n; i++) {
      float a = Math.min(Math.abs(x[xo + i]), END);
      float u = a - MIDDLE;
      float w = u * u;
      float even = c8 + w * (c10 + w * (c12 + w * (c14 + w * c16)));
      even = c0 + w * (c2 + w * (c4 + w * (c6 + w * even)));
      float odd = c9 + w * (c11 + w * (c13 + w * (c15 + w * c17)));
      odd = c1 + w * (c3 + w * (c5 + w * (c7 + w * odd)));
      float rest = END - a;
      x[xo + i] = Math.max(x[xo + i], 0) - a * rest * (rest * (even + u * odd));
    }
  }
}

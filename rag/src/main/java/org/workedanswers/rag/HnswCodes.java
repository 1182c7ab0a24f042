package org.workedanswers.rag;

import java.util.Arrays;
import org.workedanswers.core.QuantizedKernels;

/**
 * The embeddings of an {@link HnswIndex} in signed bytes [n x d], which is what its graph is made
 * by and walked by: a walk waits for the vectors that it meets, and so for a quarter of the memory.
 *
 * <pre>
 * x ≈ s x̂                      s = ‖x‖ / ‖x̂‖
 * x̂ⱼ = f xⱼ rounded            f = min(127 / max|xⱼ|, √(2¹⁵ - 1) / max ‖x(l)‖), a little less
 *                              where rounding asks for it; x(l): the columns j with j mod 16 = l
 * x · y ≈ s t (x̂ · ŷ)          x̂ · ŷ an integer, exact: ‖x̂(l)‖² &lt; 2¹⁵
 * </pre>
 *
 * With s from the lengths, not 1/f, the product of a vector with itself is ‖x‖², and no cosine is
 * more than 1: a vector is nearest to itself. A cosine of vectors of 384 normal columns is off by
 * 0.0007 (standard deviation).
 *
 * <p>Codes follow from the vectors by arithmetic that is the same everywhere, and so do the
 * products: the graph depends on no kernels.
 */
final class HnswCodes {
  /** The largest ‖x̂(l)‖². */
  private static final int MOST = Short.MAX_VALUE;

  private static final int SUMS = QuantizedKernels.SHORT_SUMS;
  private static final double LITTLE_LESS = 0.99;

  private final int dimension;
  private byte[] data = {}; // x̂   [capacity x d]
  private float[] scales = {}; // s   [capacity]

  HnswCodes(int dimension) {
    this.dimension = dimension;
  }

  /** Makes room for {@code capacity} codes. */
  void room(int capacity) {
    data = Arrays.copyOf(data, capacity * dimension);
    scales = Arrays.copyOf(scales, capacity);
  }

  int dimension() {
    return dimension;
  }

  byte[] data() {
    return data;
  }

  /** Where a code begins. */
  int offset(int i) {
    return i * dimension;
  }

  float scale(int i) {
    return scales[i];
  }

  /** Sets code i to that of the vector x, which {@link HnswVectors} prepared. */
  void put(int i, float[] x, int xo) {
    scales[i] = encode(x, xo, data, offset(i));
  }

  /** Writes x̂ and returns s; zeros and 0 for a vector of zeros. */
  float encode(float[] x, int xo, byte[] code, int co) {
    double largest = 0;
    double squares = 0; // ‖x‖²
    double most = 0; // max ‖x(l)‖²
    for (int l = 0; l < Math.min(SUMS, dimension); l++) {
      double some = 0;
      for (int j = l; j < dimension; j += SUMS) {
        largest = Math.max(largest, Math.abs(x[xo + j]));
        some += (double) x[xo + j] * x[xo + j];
      }
      squares += some;
      most = Math.max(most, some);
    }
    if (largest == 0) {
      Arrays.fill(code, co, co + dimension, (byte) 0);
      return 0;
    }
    double f = Math.min(Byte.MAX_VALUE / largest, Math.sqrt(MOST / most));
    long rounded = round(x, xo, f, code, co);
    while (rounded < 0) {
      f *= LITTLE_LESS;
      rounded = round(x, xo, f, code, co);
    }
    return (float) Math.sqrt(squares / rounded);
  }

  /** Writes x̂ and returns ‖x̂‖², or -1 where an ‖x̂(l)‖² is too large. */
  private long round(float[] x, int xo, double f, byte[] code, int co) {
    long squares = 0;
    for (int l = 0; l < Math.min(SUMS, dimension); l++) {
      long some = 0;
      for (int j = l; j < dimension; j += SUMS) {
        int rounded = (int) Math.rint(f * x[xo + j]);
        code[co + j] = (byte) rounded;
        some += (long) rounded * rounded;
      }
      if (some > MOST) {
        return -1;
      }
      squares += some;
    }
    return squares;
  }
}

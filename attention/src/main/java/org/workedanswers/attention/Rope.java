package org.workedanswers.attention;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * Rotary position embedding: the d columns of a head are taken as d/2 points of a plane, and the
 * point p of a token at position t is turned by the angle t · θ_p.
 *
 * <pre>
 * x' = x cos(t θ_p) - y sin(t θ_p)        θ_p = base^(-2p/d),  p = 0..d/2-1
 * y' = x sin(t θ_p) + y cos(t θ_p)
 * </pre>
 *
 * Queries and keys are turned, values are not; then q · k depends on the positions through their
 * difference alone. Source: Su et al., <i>RoFormer: Enhanced Transformer with Rotary Position
 * Embedding</i>, 2021, section 3.2.2, equation 15, and section 3.4.2, equation 34.
 *
 * <p>Angles are computed in double precision: at position 10⁶ a float angle would be off by 0.03.
 *
 * <p>A {@link RopeScaling} gives other frequencies θ_p, for contexts longer than those of the
 * training, and a factor by which x' and y' are multiplied; without one it is 1. One token of a
 * decoder is one row: {@code rotate(x, position)}. {@link #table} has the cosines and sines of many
 * positions at hand.
 */
public final class Rope {
  /** Which two columns are one point. The two differ by an order of columns and do not mix. */
  public enum Pairing {
    /** Columns 2p and 2p+1: the paper's, GPT-J's, and that of Llama's own weights. */
    INTERLEAVED,
    /** Columns p and p + d/2: GPT-NeoX's, and that of Llama's weights on Hugging Face. */
    HALF_SPLIT
  }

  /** The paper's base. */
  public static final double BASE = 10_000;

  private final double[] frequencies;
  private final double factor;
  private final Pairing pairing;

  /**
   * With the frequencies θ_p given, d/2 of them: for a base of one's own or a scaling.
   *
   * @throws IllegalArgumentException if one is not finite
   */
  public Rope(double[] frequencies, Pairing pairing) {
    this(frequencies, 1, pairing);
  }

  /**
   * With the frequencies θ_p and the attention factor given.
   *
   * @throws IllegalArgumentException if a frequency is not finite or the factor not above 0
   */
  public Rope(double[] frequencies, double attentionFactor, Pairing pairing) {
    this.frequencies = frequencies.clone();
    this.factor = Check.positive("attentionFactor", attentionFactor);
    this.pairing = pairing;
    for (double f : frequencies) {
      Check.that(Double.isFinite(f), "a frequency is %s: it must be finite", f);
    }
  }

  /**
   * For heads of width d, θ_p = 10000^(-2p/d).
   *
   * @throws IllegalArgumentException if d is odd or below 2
   */
  public static Rope of(int d, Pairing pairing) {
    return new Rope(frequencies(d, BASE), pairing);
  }

  /**
   * For heads of width d, scaled.
   *
   * @param length positions of the context, cached ones included. It matters where {@link
   *     RopeScaling#dependsOnLength} says so; keys that were turned for another length do not fit.
   * @throws IllegalArgumentException if d is odd or below 2, the base is not above 0, or the
   *     scaling refuses one of them
   */
  public static Rope of(int d, double base, RopeScaling scaling, int length, Pairing pairing) {
    return new Rope(scaling.frequencies(d, base, length), scaling.attentionFactor(), pairing);
  }

  /**
   * θ_p = base^(-2p/d) for p = 0..d/2-1: radians a position.
   *
   * @throws IllegalArgumentException if d is odd or below 2, or the base is not above 0
   */
  public static double[] frequencies(int d, double base) {
    Check.that(d >= 2 && d % 2 == 0, "d is %d: it must be even and at least 2", d);
    Check.positive("base", base);
    double[] theta = new double[d / 2];
    for (int p = 0; p < theta.length; p++) {
      theta[p] = Math.pow(base, -2.0 * p / d);
    }
    return theta;
  }

  /** d, the width of a head. */
  public int width() {
    return 2 * frequencies.length;
  }

  /** A copy of the θ_p, d/2 of them: radians a position. */
  public double[] frequencies() {
    return frequencies.clone();
  }

  /** What a turned query, and a turned key, is longer by: 1 but for a scaling that says so. */
  public double attentionFactor() {
    return factor;
  }

  /** Which two columns are one point. */
  public Pairing pairing() {
    return pairing;
  }

  /**
   * The same rotation, its cosines and sines computed once for the positions 0..positions-1.
   *
   * @throws IllegalArgumentException if {@code positions} is negative, one array can't hold them,
   *     or they pass the memory that this Java machine may take
   */
  public RopeTable table(int positions) {
    return new RopeTable(this, positions);
  }

  /**
   * Turns the rows of x in place; row i is the token at position {@code first + i}. x may be one
   * head [n x d] or several side by side [n x h d].
   *
   * @throws IllegalArgumentException if x's width is no multiple of d, or the last position passes
   *     an int
   */
  public void rotate(Matrix x, int first) {
    Check.that(
        first + (long) x.rows() - 1 <= Integer.MAX_VALUE,
        "%d positions from %d on pass %d, the last there is",
        x.rows(),
        first,
        Integer.MAX_VALUE);
    int[] positions = new int[x.rows()];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = first + i;
    }
    rotate(x, positions);
  }

  /**
   * Turns the rows of x in place; row i is the token at {@code positions[i]}.
   *
   * @throws IllegalArgumentException if x's width is no multiple of d, or positions are not one a
   *     row
   */
  public void rotate(Matrix x, int[] positions) {
    int d = width();
    Check.that(d > 0 && x.cols() % d == 0, "x is %s: its width must be a multiple of d = %d", x, d);
    Check.that(
        positions.length == x.rows(),
        "x is %s and there are %d positions: one a row is needed",
        x,
        positions.length);
    float[] cos = new float[d / 2];
    float[] sin = new float[d / 2];
    for (int i = 0; i < x.rows(); i++) {
      angles(positions[i], cos, sin, 0);
      turn(x, i, cos, sin, 0);
    }
  }

  /** cos(t θ_p) and sin(t θ_p), times the attention factor, for all p: {@code cos[at]} and on. */
  void angles(int t, float[] cos, float[] sin, int at) {
    for (int p = 0; p < frequencies.length; p++) {
      double angle = t * frequencies[p];
      cos[at + p] = (float) (factor * Math.cos(angle));
      sin[at + p] = (float) (factor * Math.sin(angle));
    }
  }

  /** Turns row i of x, each head of it, by the angles that begin at {@code at}. */
  void turn(Matrix x, int i, float[] cos, float[] sin, int at) {
    int d = width();
    for (int head = 0; head < x.cols(); head += d) {
      if (pairing == Pairing.INTERLEAVED) {
        interleaved(x.data(), x.index(i, head), d / 2, cos, sin, at);
      } else {
        halfSplit(x.data(), x.index(i, head), d / 2, cos, sin, at);
      }
    }
  }

  private static void interleaved(
      float[] data, int from, int half, float[] cos, float[] sin, int at) {
    for (int p = 0; p < half; p++) {
      float x = data[from + 2 * p];
      float y = data[from + 2 * p + 1];
      data[from + 2 * p] = x * cos[at + p] - y * sin[at + p];
      data[from + 2 * p + 1] = x * sin[at + p] + y * cos[at + p];
    }
  }

  private static void halfSplit(
      float[] data, int from, int half, float[] cos, float[] sin, int at) {
    for (int p = 0; p < half; p++) {
      float x = data[from + p];
      float y = data[from + half + p];
      data[from + p] = x * cos[at + p] - y * sin[at + p];
      data[from + half + p] = x * sin[at + p] + y * cos[at + p];
    }
  }
}

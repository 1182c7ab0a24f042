package org.workedanswers.attention;

/**
 * Other frequencies for {@link Rope}, so that a model attends over more positions than it was
 * trained with. θ_p = base^(-2p/d) are the plain ones, L the length that the model was trained
 * with, s how many times longer the context is to be:
 *
 * <pre>
 * plain                    θ_p
 * {@link PositionInterpolation}    θ_p / s
 * {@link NtkScaling}               (base s^(d/(d-2)))^(-2p/d)
 * {@link DynamicNtkScaling}        the same, s by the length of the context; plain up to L
 * {@link YarnScaling}              fast turns θ_p, slow ones θ_p / s, a ramp between
 * {@link LongRopeScaling}          θ_p / λ_p, factors of each pair, found by search
 * {@link Llama3Scaling}            fast turns θ_p, slow ones θ_p / s, another ramp
 * </pre>
 *
 * A new position at a frequency that turns fast tells the model nothing new: it has seen every
 * angle. One that never came round in L positions meets angles it has not seen, and is brought back
 * among them.
 */
public interface RopeScaling {
  /**
   * The frequencies θ'_p for p = 0..d/2-1: radians a position.
   *
   * @param d width of a head
   * @param base as of {@link Rope#frequencies}
   * @param length positions of the context; it matters where {@link #dependsOnLength} says so
   * @throws IllegalArgumentException if d is odd or too small, the base is not above 0 or does not
   *     serve this scaling, or the length is negative
   */
  double[] frequencies(int d, double base, int length);

  /**
   * What a turned query and a turned key are multiplied by, each; scores grow by its square, which
   * is a lower temperature of the softmax. 1 where a scaling has none.
   */
  default double attentionFactor() {
    return 1;
  }

  /**
   * Whether {@link #frequencies} change with the length. Keys that were turned for another length
   * then do not fit: name the longest length at the start, or cache keys before they are turned.
   */
  default boolean dependsOnLength() {
    return false;
  }

  /**
   * The longest context whose frequencies are those of an empty one: L where they change beyond the
   * training, the largest int where they never do.
   */
  default int unchangedTo() {
    return Integer.MAX_VALUE;
  }

  /** No scaling. */
  static RopeScaling plain() {
    return PlainScaling.PLAIN;
  }
}

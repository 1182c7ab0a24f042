package org.workedanswers.transformer;

import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;

/**
 * T5's positions: a learned number for each head and distance, added to the scores.
 *
 * <pre>
 * score_t(i, j) = q_i · k_j + bias[bucket(j - i), t]
 * </pre>
 *
 * Distances share buckets: near ones have one each, those beyond share them by their logarithm, and
 * from {@code maxDistance} on all are in the last. Where both directions are seen (an encoder),
 * half of the buckets is for j &gt; i; where only the past is (a decoder), all are for it.
 *
 * <pre>
 * b buckets for a direction, e = b / 2, r the distance:
 * r &lt; e    r
 * else     min(b - 1, e + ⌊ln(r / e) / ln(maxDistance / e) · (b - e)⌋)
 * </pre>
 *
 * Source: Raffel et al., <i>Exploring the Limits of Transfer Learning with a Unified Text-to-Text
 * Transformer</i>, 2020, section 2.1; the buckets are those of its published code.
 */
public final class RelativeBias {
  /** What T5 takes. */
  public static final int MAX_DISTANCE = 128;

  private final Matrix bias; // [buckets x heads]
  private final boolean bothDirections;
  private final int maxDistance;

  /**
   * With the numbers [buckets x heads], kept.
   *
   * @throws IllegalArgumentException if there are fewer than 4 buckets, an odd number, or the
   *     largest distance is not beyond those that have a bucket of their own
   */
  public RelativeBias(Matrix bias, boolean bothDirections, int maxDistance) {
    Check.that(
        bias.rows() >= 4 && bias.rows() % 4 == 0 && bias.cols() >= 1,
        "the bias is %s: it must be buckets x heads, with a multiple of 4 of the former",
        bias);
    int own = (bothDirections ? bias.rows() / 2 : bias.rows()) / 2;
    Check.that(
        maxDistance > own,
        "the largest distance is %d: with %d buckets it must be above %d",
        maxDistance,
        bias.rows(),
        own);
    this.bias = bias;
    this.bothDirections = bothDirections;
    this.maxDistance = maxDistance;
  }

  /** How many heads it is for. */
  public int heads() {
    return bias.cols();
  }

  /** How many numbers it has. */
  public long parameters() {
    return (long) bias.rows() * bias.cols();
  }

  /** What head t adds to the score of the query at position i with the key at position j. */
  public float of(int t, int i, int j) {
    return bias.get(bucket(j - i), t);
  }

  /** The bucket of a distance, j - i. */
  public int bucket(int distance) {
    int buckets = bias.rows();
    int first = 0;
    int r;
    if (bothDirections) {
      buckets /= 2;
      first = distance > 0 ? buckets : 0;
      r = Math.abs(distance);
    } else {
      r = Math.max(-distance, 0);
    }
    int own = buckets / 2;
    if (r < own) {
      return first + r;
    }
    double share = Math.log((double) r / own) / Math.log((double) maxDistance / own);
    return first + Math.min(buckets - 1, own + (int) (share * (buckets - own)));
  }

  /** Adds head t's numbers to scores [n x m] whose last query is the position of the last key. */
  void addTo(Matrix scores, int t) {
    int shift = scores.cols() - scores.rows();
    for (int i = 0; i < scores.rows(); i++) {
      int at = scores.index(i, 0);
      for (int j = 0; j < scores.cols(); j++) {
        scores.data()[at + j] += of(t, shift + i, j);
      }
    }
  }
}

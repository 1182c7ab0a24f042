package org.workedanswers.benchmarks.peers;

import java.util.Arrays;
import org.apache.commons.math3.stat.StatUtils;

/**
 * What a race found.
 *
 * @param ourWork the work of one of our calls
 * @param ours seconds that one of our calls took, round by round
 * @param peersWork the work of one of the peer's calls
 * @param peers seconds that one of the peer's calls took, round by round
 */
public record Timings(double ourWork, double[] ours, double peersWork, double[] peers) {
  /** Our speed divided by the peer's, round by round. */
  public double[] ratios() {
    double[] ratios = new double[ours.length];
    Arrays.setAll(ratios, r -> (ourWork / ours[r]) / (peersWork / peers[r]));
    return ratios;
  }

  /** The median of the rounds' ratios, with the smallest and the largest. */
  public Ratio median() {
    return ratio(StatUtils.percentile(ratios(), 50));
  }

  /**
   * Our best speed divided by the peer's best, with the smallest and the largest ratio of a round:
   * for two threads, where a round is disturbed by whatever else wants a processor.
   */
  public Ratio best() {
    return ratio((ourWork / StatUtils.min(ours)) / (peersWork / StatUtils.min(peers)));
  }

  private Ratio ratio(double value) {
    return new Ratio(value, StatUtils.min(ratios()), StatUtils.max(ratios()));
  }

  /** Seconds of one of our calls, the median of the rounds. */
  public double ourSeconds() {
    return StatUtils.percentile(ours, 50);
  }

  /** Seconds of one of the peer's calls, the median of the rounds. */
  public double peersSeconds() {
    return StatUtils.percentile(peers, 50);
  }

  /**
   * A ratio of speeds.
   *
   * @param value the one to quote
   * @param low the smallest of a round
   * @param high the largest of a round
   */
  public record Ratio(double value, double low, double high) {}
}

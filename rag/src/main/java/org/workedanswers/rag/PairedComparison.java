package org.workedanswers.rag;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.SeededRandom;

/**
 * Is one way of searching better than another, or was it these queries? Both are scored on the same
 * queries, and what is judged is the mean of the differences a - b.
 *
 * <p><b>Randomisation test</b>, two-sided: were both ways equal, each difference could as well have
 * the other sign. p is the share of random signs whose mean is at least as far from 0 as the one
 * measured, the measured signs counted as one of them.
 *
 * <p><b>Bootstrap interval</b>, percentile: the mean over queries drawn with replacement, as many
 * as there are; 95 % of such means lie between low and high.
 *
 * <p>M. Smucker, J. Allan and B. Carterette, <i>A Comparison of Statistical Significance Tests for
 * Information Retrieval Evaluation</i>, CIKM 2007.
 *
 * @param mean of a - b
 * @param low the interval's lower end
 * @param high the interval's upper end
 * @param p how likely a difference at least as large is by chance, above 0
 */
public record PairedComparison(double mean, double low, double high, double p) {
  /** How many random samples the test and the interval are made of. */
  public static final int SAMPLES = 10_000;

  /** The most samples: their means take 80 MB. */
  public static final int MAX_SAMPLES = 10_000_000;

  private static final double OUTSIDE = 0.05;

  /**
   * Compares two ways of searching by their scores, one a query.
   *
   * @throws IllegalArgumentException if there are no queries, the lengths differ, or a score is not
   *     finite
   */
  public static PairedComparison of(double[] a, double[] b, SeededRandom random) {
    return of(a, b, random, SAMPLES);
  }

  /**
   * The same with another number of samples, 100 to {@link #MAX_SAMPLES}.
   *
   * @throws IllegalArgumentException if there are fewer or more, or as above
   */
  public static PairedComparison of(double[] a, double[] b, SeededRandom random, int samples) {
    Check.that(
        a.length == b.length && a.length > 0,
        "%d and %d scores: both ways need a score for each of the same queries",
        a.length,
        b.length);
    Check.range("samples", samples, 100, MAX_SAMPLES);
    double[] differences = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
      Check.that(
          Double.isFinite(differences[i]),
          "query %d has scores %s and %s: they must be finite",
          i,
          a[i],
          b[i]);
    }
    double[] means = bootstrap(differences, random.split(0), samples);
    int tail = (int) Math.floor(samples * OUTSIDE / 2);
    return new PairedComparison(
        Arrays.stream(differences).sum() / a.length,
        means[tail],
        means[samples - 1 - tail],
        randomisation(differences, random.split(1), samples));
  }

  /** Whether a difference as large would come by chance less than once in twenty times. */
  public boolean significant() {
    return p < OUTSIDE;
  }

  private static double[] bootstrap(double[] differences, SeededRandom random, int samples) {
    double[] means = new double[samples];
    for (int s = 0; s < samples; s++) {
      double sum = 0;
      for (int i = 0; i < differences.length; i++) {
        sum += differences[random.below(differences.length)];
      }
      means[s] = sum / differences.length;
    }
    Arrays.sort(means);
    return means;
  }

  private static double randomisation(double[] all, SeededRandom random, int samples) {
    double[] differences = Arrays.stream(all).filter(d -> d != 0).toArray(); // 0 has no sign
    // Sums of the same numbers in another order of signs differ by rounding.
    double measured = Math.abs(Arrays.stream(differences).sum()) * (1 - 1e-12);
    int asFar = 1;
    for (int s = 0; s < samples; s++) {
      double sum = 0;
      for (double d : differences) {
        sum += random.coin() ? d : -d;
      }
      asFar += Math.abs(sum) >= measured ? 1 : 0;
    }
    return (double) asFar / (samples + 1);
  }
}

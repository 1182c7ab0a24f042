package org.workedanswers.answers.q16;

import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Fusion;
import org.workedanswers.rag.PairedComparison;
import org.workedanswers.rag.ReciprocalRankFusion;

/**
 * Is the fusion of both ways to search better than either? The condition that the text leaves out
 * is that words have something to find: that queries and answers share any.
 *
 * <p>Where they do, the fusion must beat both legs, and where they don't it must lose to meaning
 * alone; "beat" and "lose" are whole 95 % intervals of the paired difference on one side of 0.
 */
final class HybridClaim {
  private static final String LEAKS = "masked words left";
  private static final String OVER_WORDS = "share a word: fused - words";
  private static final String OVER_MEANING = "share a word: fused - meaning";
  private static final String APART_LOW = "share none: fused - meaning, low";
  private static final String APART_HIGH = "share none: fused - meaning, high";

  /** A difference in nDCG that counts for one: it shows in the third digit. */
  private static final double LEAST = 0.0005;

  private HybridClaim() {}

  static Claim standard() {
    return of(
        bench -> Experiment.of(bench, Experiment.DOCUMENTS),
        new ReciprocalRankFusion(ReciprocalRankFusion.STANDARD_K));
  }

  /** The claim on another collection, or with another fusion. */
  static Claim of(Function<Workbench, Experiment> experiment, Fusion fusion) {
    return new Claim(
        "q16.hybrid",
        "Search by meaning and search by words, joined by reciprocal rank fusion, find more than"
            + " either alone.",
        "nDCG@10 of BM25, of MiniLM's cosines and of their fusion (k 60, depth 100) for WordNet's"
            + " usage examples among its definitions; the ends of 95 % bootstrap intervals of the"
            + " paired difference, fused minus one leg: the low end where query and answer share a"
            + " word, both ends where they share none",
        "nDCG@10",
        "use both and fuse them",
        Rule.conditional(
            bounds(LEAST, -1),
            bounds(1, -LEAST),
            Set.of(LEAKS, OVER_WORDS, OVER_MEANING),
            Value.named(APART_LOW, LEAST, APART_HIGH, LEAST),
            Value.named(APART_LOW, 1, APART_HIGH, 1)),
        bench -> measure(bench, experiment.apply(bench), fusion));
  }

  private static Value bounds(double shared, double apart) {
    return Value.named(
        LEAKS, 0, OVER_WORDS, shared, OVER_MEANING, shared, APART_LOW, apart, APART_HIGH, apart);
  }

  private static Measured measure(Workbench bench, Experiment experiment, Fusion fusion) {
    Scores s = Scores.of(experiment, experiment.rank(bench, Experiment.DEPTH), fusion);
    SeededRandom random = bench.random("q16.hybrid");
    int[] shared = s.group(true);
    int[] apart = s.group(false);
    // A collection without either kind can't be judged: no difference is all that is known of it.
    PairedComparison none = new PairedComparison(0, 0, 0, 1);
    PairedComparison words =
        shared.length == 0 ? none : Scores.compare(s.fused(), s.words(), shared, random.split(0));
    PairedComparison meaning =
        shared.length == 0 ? none : Scores.compare(s.fused(), s.meaning(), shared, random.split(1));
    PairedComparison lost =
        apart.length == 0 ? none : Scores.compare(s.fused(), s.meaning(), apart, random.split(2));
    PairedComparison all = Scores.compare(s.fused(), s.meaning(), s.all(), random.split(3));
    return Measured.of(
        Value.named(
            LEAKS, experiment.collection().leaks(),
            OVER_WORDS, words.low(),
            OVER_MEANING, meaning.low(),
            APART_LOW, lost.low(),
            APART_HIGH, lost.high()),
        "the condition: query and answer share a word, stop words not counted",
        "they share a word, " + means(s, shared),
        "they share none, " + means(s, apart),
        "all, " + means(s, s.all()) + "; fused minus meaning " + interval(all),
        breakEven(meaning.mean(), lost.mean(), (double) shared.length / s.all().length));
  }

  private static String means(Scores s, int[] queries) {
    return String.format(
        Locale.ROOT,
        "%s queries: words %s, meaning %s, fused %s",
        Numbers.count(queries.length),
        Numbers.fixed(Scores.mean(s.words(), queries), 3),
        Numbers.fixed(Scores.mean(s.meaning(), queries), 3),
        Numbers.fixed(Scores.mean(s.fused(), queries), 3));
  }

  static String interval(PairedComparison c) {
    return String.format(
        Locale.ROOT, "%+.3f (%+.3f to %+.3f, p = %.4f)", c.mean(), c.low(), c.high(), c.p());
  }

  /** The share of queries with a common word at which gains and losses are equal. */
  private static String breakEven(double gain, double loss, double share) {
    if (gain <= 0 || loss >= 0) {
      return "no share of such queries makes gains and losses equal";
    }
    return String.format(
        Locale.ROOT,
        "gains and losses are equal when %.1f %% of the queries share a word with their answer;"
            + " here %.1f %% do",
        100 * -loss / (gain - loss),
        100 * share);
  }
}

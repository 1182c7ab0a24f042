package org.workedanswers.answers.q02;

import java.util.function.Function;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;

/** Whether heads are each something of their own. */
final class HeadClaim {
  private static final int ALL = MiniLm.LAYERS * MiniLm.HEADS;

  private HeadClaim() {}

  /**
   * With the measurement of the heads and of the shuffled ones.
   *
   * <p>Of shuffled heads one in 12 is recognised, by luck: 6 of 72, with a deviation of 2.3.
   */
  static Claim heads(Function<Workbench, HeadProfiles.Both> profiles) {
    return new Claim(
        "q2.heads",
        "The heads of a layer capture different relations between tokens.",
        "a head's profile is the share of its attention by what a key is to the query (itself, next"
            + " to it, the same word, [CLS] ...), over the words of ten sentences, all-MiniLM-L6-v2;"
            + " the mean Jensen-Shannon divergence between the profiles of two heads of a layer, and"
            + " the heads, of 72, whose profile on five sentences is closer to their own on the"
            + " other five than to any of their layer's. Shuffled: each word deals the heads anew",
        "1",
        "each head finds relations of its own",
        Rule.within(
            Value.named(
                "divergence, bits", 0.05,
                "shuffled heads, bits", 0,
                "heads recognised", 54,
                "shuffled heads recognised", 0),
            Value.named(
                "divergence, bits",
                0.6,
                "shuffled heads, bits",
                0.02,
                "heads recognised",
                ALL,
                "shuffled heads recognised",
                20)),
        bench -> {
          HeadProfiles.Both both = profiles.apply(bench);
          HeadProfiles real = both.real();
          HeadProfiles shuffled = both.shuffled();
          return Measured.of(
              Value.named(
                  "divergence, bits", divergence(real),
                  "shuffled heads, bits", divergence(shuffled),
                  "heads recognised", recognised(real),
                  "shuffled heads recognised", recognised(shuffled)),
              "the first is "
                  + Numbers.fixed(divergence(real) / divergence(shuffled), 0)
                  + " times the second; what a head finds by meaning is not in these relations");
        });
  }

  private static double divergence(HeadProfiles profiles) {
    double sum = 0;
    for (int l = 0; l < MiniLm.LAYERS; l++) {
      sum += profiles.divergence(l);
    }
    return sum / MiniLm.LAYERS;
  }

  private static int recognised(HeadProfiles profiles) {
    int sum = 0;
    for (int l = 0; l < MiniLm.LAYERS; l++) {
      sum += profiles.recognised(l);
    }
    return sum;
  }
}

package org.workedanswers.answers.q13;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.quantization.Format;
import org.workedanswers.quantization.GgufType;

/**
 * What fewer bits cost a real model. The condition that the text leaves out is four bits or more.
 */
final class LossClaim {
  /** What is measured; the third is the text's INT2. */
  static final List<Format> FORMATS =
      List.of(GgufType.Q8_0, GgufType.Q4_0, Catalogue.zeroPoint(2, 128));

  private static final List<String> NAMES = List.of("Q8_0", "Q4_0", "INT2 g128");

  /** The text's most. Of forty queries much is chance, so the ends of 95 % intervals are judged. */
  private static final double TEXT_MOST = 5;

  private static final double ANY = 100; // per cent: all there is to lose

  private LossClaim() {}

  static Claim of(int queries, UnaryOperator<Format> formats) {
    // Steps of 1/127, 1/8 and about 2/3 of a block's largest weight, which is 2 to 3 times the
    // typical one: an error of 1/√12 of a step is about 0.5, 8 and 45 %.
    double[] errorLow = {0.25, 4, 25};
    double[] errorHigh = {1, 16, 75};
    // Eight bits: the most that may be lost. Four: the least, so that more is not proven. Two: the
    // least, which is beyond what the text allows.
    double[] lostLow = {-ANY, -ANY, TEXT_MOST};
    double[] lostHigh = {2, TEXT_MOST, ANY};
    Map<String, Double> low = new LinkedHashMap<>();
    Map<String, Double> high = new LinkedHashMap<>();
    for (int i = 0; i < NAMES.size(); i++) {
      low.put(error(i), errorLow[i]);
      high.put(error(i), errorHigh[i]);
      low.put(lost(i), lostLow[i]);
      high.put(lost(i), lostHigh[i]);
    }
    return new Claim(
        "q13.loss",
        "Fewer bits cost little quality: eight next to nothing, four a few per cent. True of four"
            + " bits or more; at two it is a large part.",
        "all 36 matrices of MiniLM rounded to nearest: the mean relative error of their outputs on"
            + " the tokens of real texts, and the part of nDCG@10 that its sentence vectors lose in"
            + " finding WordNet's definitions from usage examples with their word masked: one end"
            + " of a 95 % bootstrap interval of the paired difference",
        "%",
        "minimal, moderate, significant; typically 1 to 5 %",
        Rule.conditional(
            Value.named(low),
            Value.named(high),
            Set.of(error(0), lost(0), error(1), lost(1)),
            Value.named(error(2), 0, lost(2), -ANY),
            Value.named(error(2), 100, lost(2), TEXT_MOST)),
        bench -> {
          List<EncoderLoss> found =
              EncoderLoss.of(bench, queries, FORMATS.stream().map(formats).toList());
          Map<String, Double> values = new LinkedHashMap<>();
          for (int i = 0; i < NAMES.size(); i++) {
            values.put(error(i), 100 * found.get(i + 1).meanError());
            EncoderLoss.Lost lost = found.get(i + 1).lost(found.get(0));
            values.put(lost(i), i == 0 ? lost.high() : lost.low());
          }
          return Measured.of(
              Value.named(values),
              found.stream()
                  .map(l -> l.name() + ": nDCG@10 " + Numbers.fixed(l.ndcg(), 3))
                  .toArray(String[]::new));
        });
  }

  private static String error(int i) {
    return NAMES.get(i) + ", output error";
  }

  private static String lost(int i) {
    return NAMES.get(i) + ", nDCG lost, " + (i == 0 ? "high end" : "low end");
  }
}

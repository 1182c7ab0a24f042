package org.workedanswers.answers.q05;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.answers.models.ContextScale;
import org.workedanswers.attention.NtkScaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Whether rotary positions are relative, and whether they lengthen contexts. */
final class RopeClaim {
  /** How many times as long as the training. */
  static final int LONGER = 4;

  private static final String OFFSET = "q·k from its closed form, of |q| |k|";
  private static final String TRAINED = "excess loss, trained length";
  private static final String INTERPOLATED = "position interpolation, 4 times";
  private static final String YARN = "YaRN, 4 times";
  private static final String LONG = "LongRoPE-style, 4 times";
  private static final String PLAIN = "plain, 4 times";

  /** Below this, nats a token, the head still does its task. */
  private static final double GOOD = 0.25;

  private RopeClaim() {}

  static Claim standard() {
    return of(s -> s, x -> x);
  }

  /**
   * The claim.
   *
   * @param scaling what is put in a scaling's place
   * @param position what is put in a position's place, where offsets are looked at
   */
  static Claim of(UnaryOperator<RopeScaling> scaling, UnaryOperator<Integer> position) {
    return new Claim(
        "q5.rope",
        "Rotary positions are relative, and let a model take longer contexts than it was trained"
            + " with.",
        "the largest distance of q·k, turned by positions up to 100,000, from its closed form in the"
            + " offset alone, by |q| |k|; then one attention head of 16 weights, trained in this"
            + " claim on 64 tokens to weigh distances as (distance + 1)^-0.75, no language model: what"
            + " it loses above the least possible at 64 and at 256 tokens, by scaling",
        "nats a token",
        "relative positions for longer contexts",
        Rule.conditional(
            Value.named(OFFSET, 0, TRAINED, 0, INTERPOLATED, 0, YARN, 0, LONG, 0, PLAIN, 0.6),
            Value.named(
                OFFSET, 1e-5, TRAINED, 0.05, INTERPOLATED, GOOD, YARN, GOOD, LONG, GOOD, PLAIN, 10),
            Set.of(OFFSET, TRAINED, INTERPOLATED, YARN, LONG),
            Value.named(PLAIN, 0),
            Value.named(PLAIN, GOOD)),
        bench -> measure(bench, scaling, position));
  }

  /** The scalings that the claim compares, for s times the length of the training. */
  static Map<String, RopeScaling> scalings(int s, int trained, double base, int width) {
    Map<String, RopeScaling> all = new LinkedHashMap<>();
    all.put("plain", RopeScaling.plain());
    all.put("position interpolation", new PositionInterpolation(s));
    all.put("NTK", new NtkScaling(s));
    all.put("YaRN", new YarnScaling(s, trained));
    all.put("LongRoPE-style", ContextScale.longRope(s, trained, base, width));
    return all;
  }

  private static Measured measure(
      Workbench bench, UnaryOperator<RopeScaling> scaling, UnaryOperator<Integer> position) {
    int n = LONGER * DistanceHead.TRAINED;
    SeededRandom random = bench.random("q5.rope");
    DistanceHead head = DistanceHead.trained(0.75, random);
    DistanceHead local = DistanceHead.trained(3, random);
    Map<String, Double> excess = new LinkedHashMap<>();
    StringBuilder locals = new StringBuilder();
    scalings(LONGER, DistanceHead.TRAINED, DistanceHead.BASE, DistanceHead.WIDTH)
        .forEach(
            (name, s) -> {
              RopeScaling used = scaling.apply(s);
              excess.put(name, head.excess(bench.kernels(), used, n));
              double there = local.excess(bench.kernels(), used, n);
              locals.append(String.format(Locale.ROOT, ", %s %.2f", name, there));
            });
    return Measured.of(
        Value.named(
            OFFSET, farthest(random, position),
            TRAINED, head.excess(bench.kernels(), RopeScaling.plain(), DistanceHead.TRAINED),
            INTERPOLATED, excess.get("position interpolation"),
            YARN, excess.get("YaRN"),
            LONG, excess.get("LongRoPE-style"),
            PLAIN, excess.get("plain")),
        "the condition: positions are scaled; relative as they are, plain ones at distances that"
            + " were never trained break",
        String.format(
            Locale.ROOT,
            "NTK with the same factor: %.2f; looking at all tokens alike: %.2f",
            excess.get("NTK"),
            head.flat(n)),
        "a head trained to weigh distances as 1/(distance + 1)³, which looks at neighbours alone,"
            + " loses by scaling"
            + locals.substring(1));
  }

  /** The largest distance of q·k from Σ_p of the closed form, by |q| |k|. */
  private static double farthest(SeededRandom random, UnaryOperator<Integer> position) {
    double farthest = 0;
    Rope rope = Rope.of(32, Rope.Pairing.INTERLEAVED);
    double[] theta = rope.frequencies();
    for (int trial = 0; trial < 400; trial++) {
      Matrix q = random.gaussian(1, 32, 1);
      Matrix k = random.gaussian(1, 32, 1);
      int i = random.below(100_000);
      int j = random.below(i + 1);
      double closed = 0;
      double norms = 0;
      double ofQ = 0;
      for (int p = 0; p < theta.length; p++) {
        double a = q.get(0, 2 * p);
        double b = q.get(0, 2 * p + 1);
        double c = k.get(0, 2 * p);
        double d = k.get(0, 2 * p + 1);
        double angle = theta[p] * (i - j);
        closed += (a * c + b * d) * Math.cos(angle) + (a * d - b * c) * Math.sin(angle);
        ofQ += a * a + b * b;
        norms += c * c + d * d;
      }
      rope.rotate(q, i);
      rope.rotate(k, position.apply(j));
      double product = 0;
      for (int c = 0; c < q.cols(); c++) {
        product += (double) q.get(0, c) * k.get(0, c);
      }
      farthest = Math.max(farthest, Math.abs(product - closed) / Math.sqrt(norms * ofQ));
    }
    return farthest;
  }
}

package org.workedanswers.transformer.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.SeededRandom;

class SamplerTest {
  private static final int[] NO_TEXT = {};
  private static final float MINUS_INFINITY = Float.NEGATIVE_INFINITY;

  /** Logits in steps of a half, so that there are ties; some -∞; zeros of both signs. */
  private static float[] logits(SeededRandom random, int n) {
    double step = random.coin() ? 0.5 : 1e-6;
    double spread = random.coin() ? 1 : 6;
    float[] logits = new float[n];
    for (int i = 0; i < n; i++) {
      logits[i] = (float) (Math.rint(random.gaussian() * spread / step) * step);
      if (random.below(10) == 0) {
        logits[i] = MINUS_INFINITY;
      }
    }
    logits[random.below(n)] = random.coin() ? -0f : 0f;
    return logits;
  }

  private static int[] text(SeededRandom random, int n) {
    int[] text = new int[random.below(6)];
    for (int i = 0; i < text.length; i++) {
      text[i] = random.below(n);
    }
    return text;
  }

  /** A random step, given to the reference as well. */
  private static SamplingStep step(SeededRandom random, SortedReference reference, int[] text) {
    switch (random.below(5)) {
      case 0 -> {
        double theta = random.uniform(0.7, 1.6);
        Set<Integer> set = new HashSet<>();
        Arrays.stream(text).forEach(set::add);
        reference.penalty(theta, set);
        return new RepetitionPenalty(theta);
      }
      case 1 -> {
        double t = random.below(8) == 0 ? 0 : random.uniform(0.1, 3);
        reference.temperature(t);
        return new Temperature(t);
      }
      case 2 -> {
        int k = 1 + random.below(random.coin() ? 5 : 400);
        reference.topK(k);
        return new TopK(k);
      }
      case 3 -> {
        double p = random.below(8) == 0 ? random.below(2) : random.uniform();
        reference.topP(p);
        return new TopP(p);
      }
      default -> {
        double base = random.below(8) == 0 ? random.below(2) : Math.pow(random.uniform(), 3);
        reference.minP(base);
        return new MinP(base);
      }
    }
  }

  /** A step of one's own may leave out any tokens, sorted ones among them. */
  @Test
  void whatIsAskedForIsKept() {
    for (int seed = 0; seed < 400; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int n = 1 + random.below(60);
      float[] logits = logits(random, n);
      Candidates candidates = new Candidates(logits);
      candidates.sortBest(random.below(n));
      BitSet asked = new BitSet();
      for (int i = random.below(n + 1); i > 0; i--) {
        asked.set(random.below(n));
      }
      List<Integer> expected = new ArrayList<>();
      for (int token = 0; token < n; token++) {
        if (logits[token] > MINUS_INFINITY) {
          expected.add(token);
        }
      }
      expected.sort((a, b) -> Float.compare(logits[b] + 0f, logits[a] + 0f)); // stable
      int best = expected.get(0);
      expected.removeIf(token -> !asked.get(token));
      if (expected.isEmpty()) {
        expected.add(best);
      }
      candidates.keep(asked::get);
      assertEquals(expected.get(0), candidates.token(candidates.best()));
      candidates.sortBest(candidates.count());
      List<Integer> left = new ArrayList<>();
      for (int i = 0; i < candidates.count(); i++) {
        left.add(candidates.token(i));
      }
      assertEquals(expected, left);
    }
  }

  /** Any steps in any order: after each one the same tokens, in the same order, as likely. */
  @Test
  void everyStepLeavesWhatFullSortsLeave() {
    SeededRandom random = new SeededRandom(71);
    int compared = 0;
    for (int round = 0; round < 3000; round++) {
      int n = 1 + random.below(random.below(10) == 0 ? 700 : 40);
      float[] logits = logits(random, n);
      float[] given = logits.clone();
      int[] text = text(random, n);
      SortedReference reference = new SortedReference(logits);
      List<SamplingStep> steps = new ArrayList<>();
      List<List<SortedReference.Scored>> left =
          new ArrayList<>(List.of(List.copyOf(reference.left())));
      List<Double> temperatures = new ArrayList<>(List.of(1.0));
      List<double[]> probabilities = new ArrayList<>(List.of(reference.probabilities()));
      for (int i = random.below(6); i > 0; i--) {
        steps.add(step(random, reference, text));
        left.add(List.copyOf(reference.left()));
        probabilities.add(reference.probabilities());
        temperatures.add(reference.temperature());
      }
      long seed = round;
      Sampler sampler = new Sampler(steps);
      SamplerTrace trace = sampler.explain(logits, text, new SeededRandom(seed), n);
      int drawn = sampler.next(logits, text, new SeededRandom(seed));
      assertEquals(drawn, trace.drawn().token(), "the trace tells of the same draw");
      SamplerTrace.Candidate listed =
          trace.stages().get(steps.size()).best().stream()
              .filter(c -> c.token() == drawn)
              .findFirst()
              .orElseThrow();
      assertEquals(listed.probability(), trace.drawn().probability(), 1e-12);
      assertEquals(listed.logit(), trace.drawn().logit());
      assertArrayEquals(given, logits, "the logits are unchanged");
      if (reference.margin < 1e-9) {
        continue;
      }
      compared++;
      assertEquals(steps.size() + 1, trace.stages().size());
      for (int s = 0; s < left.size(); s++) {
        SamplerTrace.Stage stage = trace.stages().get(s);
        String where = "round " + round + ", " + stage.step() + " of " + steps;
        assertEquals(s == 0 ? "logits" : steps.get(s - 1).toString(), stage.step());
        assertEquals(left.get(s).size(), stage.left(), where);
        assertEquals(stage.left(), stage.best().size());
        for (int i = 0; i < stage.left(); i++) {
          SamplerTrace.Candidate candidate = stage.best().get(i);
          assertEquals(left.get(s).get(i).token(), candidate.token(), where);
          double logit = left.get(s).get(i).logit() / temperatures.get(s);
          assertEquals(logit, candidate.logit(), 1e-12 * (1 + Math.abs(logit)), where);
          assertEquals(probabilities.get(s)[i], candidate.probability(), 1e-12, where);
        }
      }
      assertTrue(
          left.get(left.size() - 1).stream().anyMatch(s -> s.token() == drawn), "of what is left");
    }
    assertTrue(compared > 2500, compared + " rounds were not decided by rounding");
  }

  /** A vocabulary of 128,256: the same tokens as by full sorts, whatever the logits' order. */
  @Test
  void largeVocabularies() {
    int n = 128_256;
    SeededRandom random = new SeededRandom(72);
    float[] stubborn = cutsOffOneAtATime(n);
    for (int kind = 0; kind < 7; kind++) {
      float[] logits = new float[n];
      for (int i = 0; i < n; i++) {
        logits[i] =
            switch (kind) {
              case 0 -> i * 1e-3f;
              case 1 -> -i * 1e-3f;
              case 2 -> Math.min(i, n - i) * 1e-3f; // an organ pipe
              case 3 -> 0;
              case 4 -> i % 7;
              case 5 -> stubborn[i];
              default -> (float) (3 * random.gaussian());
            };
      }
      for (SamplingStep step :
          List.of(
              new TopK(2), new TopK(256), new TopK(257), new TopK(n / 2), new TopP(0.7312345))) {
        SortedReference reference = new SortedReference(logits);
        if (step instanceof TopK k) {
          reference.topK(k.k());
        } else {
          reference.topP(0.7312345);
        }
        SamplerTrace trace =
            new Sampler(List.of(step)).explain(logits, NO_TEXT, new SeededRandom(1), n);
        int[] expected =
            reference.left().stream().mapToInt(SortedReference.Scored::token).toArray();
        int[] actual =
            trace.stages().get(1).best().stream().mapToInt(SamplerTrace.Candidate::token).toArray();
        assertArrayEquals(expected, actual, step + ", kind " + kind);
      }
    }
  }

  /** More than a heap takes, of not many more: the cut is at any place. */
  @Test
  void theBestOfAnyNumber() {
    SeededRandom random = new SeededRandom(74);
    for (int round = 0; round < 500; round++) {
      int n = 258 + random.below(500);
      int k = 257 + random.below(n - 257);
      float[] logits = logits(random, n);
      SortedReference reference = new SortedReference(logits);
      reference.topK(k);
      List<Integer> expected = new ArrayList<>();
      reference.left().forEach(s -> expected.add(s.token()));
      Collections.sort(expected);
      assertEquals(expected, left(logits, new TopK(k)), k + " of " + n);
    }
  }

  /**
   * Logits whose best of first, middle and last is always the second best of all: a selection by
   * their median gets rid of one token a pass, for the first thousand passes.
   */
  private static float[] cutsOffOneAtATime(int n) {
    int[] slots = new int[n];
    float[] logits = new float[n];
    for (int i = 0; i < n; i++) {
      slots[i] = i;
      logits[i] = -n - i;
    }
    logits[0] = 0;
    for (int t = 0; t < 1000; t++) { // what is best moves to the front as the selection goes on
      int middle = (t + n) >>> 1;
      int slot = slots[middle];
      logits[slot] = -1 - t;
      slots[middle] = slots[t + 1];
      slots[t + 1] = slot;
    }
    return logits;
  }

  @Test
  void greedyTakesTheLowestOfTheBest() {
    Sampler greedy = new Sampler(SamplerSettings.GREEDY);
    SeededRandom random = new SeededRandom(1);
    double untouched = new SeededRandom(1).uniform();
    assertEquals(1, greedy.next(new float[] {1, 3, 2, 3, 3}, NO_TEXT, random));
    assertEquals(0, greedy.next(new float[] {-0f, 0f, -1}, NO_TEXT, random));
    assertEquals(0, greedy.next(new float[] {0f, -0f, -1}, NO_TEXT, random));
    assertEquals(2, greedy.next(new float[] {MINUS_INFINITY, -9e30f, -1e-45f}, NO_TEXT, random));
    assertEquals(0, greedy.next(new float[] {-5}, NO_TEXT, random));
    assertEquals(untouched, random.uniform(), "one token left: nothing is drawn");
    assertEquals(List.of(new Temperature(0)), greedy.steps());
    // The repetition penalty comes before: 4 / 2 is less than 3, and -1 · 2 less than -1.5.
    Sampler penalised = new Sampler(new SamplerSettings(2, 0, 0, 1, 0));
    assertEquals(1, penalised.next(new float[] {4, 3, 1}, new int[] {0, 0}, random));
    assertEquals(1, penalised.next(new float[] {-1, -1.5f}, new int[] {0}, random));
    assertEquals(0, penalised.next(new float[] {4, 3, 1}, new int[] {0, 0}, 0, random));
  }

  @Test
  void bordersOfTheSteps() {
    // Four tokens of a quarter each: sums are exact.
    float[] four = {2, 2, 2, 2};
    assertEquals(List.of(0), left(four, new TopP(0)));
    assertEquals(List.of(0), left(four, new TopP(0.25)));
    assertEquals(List.of(0, 1), left(four, new TopP(Math.nextUp(0.25))));
    assertEquals(List.of(0, 1), left(four, new TopP(0.5)));
    assertEquals(List.of(0, 1, 2), left(four, new TopP(0.51)));
    assertEquals(List.of(0, 1, 2, 3), left(four, new TopP(0.76)));
    assertEquals(List.of(0, 1, 2, 3), left(four, new TopP(1)));
    assertEquals(List.of(0, 1), left(four, new TopK(2)), "ties at the border: the lowest tokens");
    assertEquals(List.of(0, 1, 2, 3), left(four, new TopK(5)), "more than there are");
    assertEquals(List.of(0, 1, 2, 3), left(four, new TopK(Integer.MAX_VALUE)));
    assertEquals(List.of(0, 1, 2, 3), left(four, new MinP(1)), "all as likely as the likeliest");
    // Probabilities far below a double's last place beside 1 are kept by p = 1 and by 0.
    float[] far = {100, 0, -700, MINUS_INFINITY};
    assertEquals(List.of(0, 1, 2), left(far, new TopP(1)));
    assertEquals(List.of(0, 1, 2), left(far, new MinP(0)));
    assertEquals(List.of(0), left(far, new MinP(1)));
    assertEquals(List.of(0, 1, 2), left(far, new TopK(4)), "-∞ is never a candidate");
    // A step of one's own may ask for more than the best has: the best and its equals stay.
    assertEquals(List.of(0, 1, 2, 3), left(four, (c, seen) -> c.keepFrom(3)));
    // The order counts: of temperature 2 and top-p the first lets more through the second.
    float[] falling = {3, 2, 1, 0, -1};
    assertEquals(List.of(0, 1, 2), left(falling, new Temperature(2), new TopP(0.75)));
    assertEquals(List.of(0, 1), left(falling, new TopP(0.75), new Temperature(2)));
  }

  private static List<Integer> left(float[] logits, SamplingStep... steps) {
    SamplerTrace trace =
        new Sampler(List.of(steps)).explain(logits, NO_TEXT, new SeededRandom(3), logits.length);
    List<Integer> tokens = new ArrayList<>();
    trace.stages().get(steps.length).best().forEach(c -> tokens.add(c.token()));
    Collections.sort(tokens);
    return tokens;
  }

  @Test
  void extremeNumbersStayNumbers() {
    SeededRandom random = new SeededRandom(5);
    float[] huge = {Float.MAX_VALUE, -Float.MAX_VALUE, 0};
    for (double t : new double[] {Double.MIN_VALUE, 1e-300, 1, 1e300, Double.MAX_VALUE}) {
      Sampler sampler = new Sampler(new SamplerSettings(1, t, 3, 0.9999, 1e-9));
      int token = sampler.next(huge, NO_TEXT, random);
      assertTrue(token >= 0 && token < 3);
      assertTrue(t > 1 || token == 0, "T = " + t);
    }
    // A temperature is greedy at 0 alone: e^(x / T) = 2 and 1 where x is some 7e-5 and T 1e-4.
    float[] near = {0, (float) (1e-4 * Math.log(2))};
    List<SamplerTrace.Candidate> both =
        new Sampler(List.of(new Temperature(1e-4)))
            .explain(near, NO_TEXT, random, 2)
            .stages()
            .get(1)
            .best();
    assertEquals(2 / 3.0, both.get(0).probability(), 1e-6);
    assertEquals(1 / 3.0, both.get(1).probability(), 1e-6);
    // The penalty would pass a float: the largest one is left, and still a candidate.
    SamplerTrace trace =
        new Sampler(List.of(new RepetitionPenalty(1e30)))
            .explain(new float[] {-1e30f}, new int[] {0}, random, 1);
    assertEquals(-Float.MAX_VALUE, trace.stages().get(1).best().get(0).logit());
  }

  /** Only what a step names is told; kept is the part of the probability before it. */
  @Test
  void theTraceTellsWhatWasKept() {
    float[] logits = {(float) Math.log(8), (float) Math.log(4), (float) Math.log(2), 0, 0};
    Sampler sampler = new Sampler(List.of(new TopK(3), new TopP(0.6), new Temperature(0.5)));
    SamplerTrace trace = sampler.explain(logits, NO_TEXT, new SeededRandom(9), 2);
    List<SamplerTrace.Stage> stages = trace.stages();
    assertEquals(
        List.of("logits", "top-k 3", "top-p 0.6", "temperature 0.5"),
        stages.stream().map(SamplerTrace.Stage::step).toList());
    assertEquals(List.of(5, 3, 2, 2), stages.stream().map(SamplerTrace.Stage::left).toList());
    double[] kept = stages.stream().mapToDouble(SamplerTrace.Stage::kept).toArray();
    assertArrayEquals(new double[] {1, 14 / 16.0, 12 / 14.0, 1}, kept, 1e-7);
    assertEquals(2, stages.get(0).best().size(), "no more than were asked for");
    assertEquals(0.5, stages.get(0).best().get(0).probability(), 1e-7);
    assertEquals(8 / 12.0, stages.get(2).best().get(0).probability(), 1e-7);
    assertEquals(64 / 80.0, stages.get(3).best().get(0).probability(), 1e-7, "squared");
    assertEquals(2 * Math.log(8), stages.get(3).best().get(0).logit(), 1e-6);
  }

  @Test
  void theSameSeedDrawsTheSameTokens() {
    SeededRandom random = new SeededRandom(73);
    float[] logits = logits(random, 500);
    Sampler sampler = new Sampler(new SamplerSettings(1.2, 0.8, 100, 0.9, 0.01));
    int[] first = new int[50];
    int[] second = new int[50];
    SeededRandom one = new SeededRandom(8);
    SeededRandom other = new SeededRandom(8);
    for (int i = 0; i < 50; i++) {
      first[i] = sampler.next(logits, first, i, one);
      second[i] = sampler.next(logits, second, i, other);
    }
    assertArrayEquals(first, second);
    assertTrue(Arrays.stream(first).distinct().count() > 5);
  }

  @Test
  void settingsNameTheStepsThatDoSomething() {
    assertEquals(List.of(), SamplerSettings.PLAIN.steps());
    assertEquals(
        List.of(
            new RepetitionPenalty(1.1),
            new Temperature(0.7),
            new TopK(40),
            new TopP(0.9),
            new MinP(0.05)),
        new Sampler(new SamplerSettings(1.1, 0.7, 40, 0.9, 0.05)).steps());
    assertEquals(
        "[repetition penalty 1.1, temperature 0.7, top-k 40, top-p 0.9, min-p 0.05]",
        new SamplerSettings(1.1, 0.7, 40, 0.9, 0.05).steps().toString());
  }

  @Test
  void refusals() {
    Sampler sampler = new Sampler(SamplerSettings.PLAIN);
    SeededRandom random = new SeededRandom(1);
    assertRefused(
        "there are no logits: a vocabulary has at least one token",
        () -> sampler.next(new float[0], NO_TEXT, random));
    assertRefused(
        "the logit of token 1 is NaN: it must be a number or -∞",
        () -> sampler.next(new float[] {1, Float.NaN}, NO_TEXT, random));
    assertRefused(
        "the logit of token 0 is Infinity: it must be a number or -∞",
        () -> sampler.next(new float[] {Float.POSITIVE_INFINITY}, NO_TEXT, random));
    assertRefused(
        "the logits of all 2 tokens are -∞: none is left",
        () -> sampler.next(new float[] {MINUS_INFINITY, MINUS_INFINITY}, NO_TEXT, random));
    assertRefused(
        "token 1 of the text is 2: the vocabulary has 0..1",
        () -> sampler.next(new float[2], new int[] {0, 2}, random));
    assertRefused(
        "token 0 of the text is -1: the vocabulary has 0..1",
        () -> sampler.next(new float[2], new int[] {-1}, random));
    assertRefused(
        "length is 3: it must be in 0..2", () -> sampler.next(new float[2], new int[2], 3, random));
    assertRefused(
        "m is -1: it must be in 0..2147483647",
        () -> sampler.explain(new float[2], NO_TEXT, random, -1));
    assertRefused(
        "temperature is -1.0: it must be a finite number of at least 0",
        () -> new SamplerSettings(1, -1, 0, 1, 0));
    assertRefused(
        "temperature is NaN: it must be a finite number of at least 0",
        () -> new SamplerSettings(1, Double.NaN, 0, 1, 0));
    assertRefused(
        "temperature is Infinity: it must be a finite number of at least 0",
        () -> new Temperature(Double.POSITIVE_INFINITY));
    assertRefused(
        "topK is -1: it must be in 0..2147483647", () -> new SamplerSettings(1, 1, -1, 1, 0));
    assertRefused("k is 0: it must be at least 1", () -> new TopK(0));
    assertRefused("p is 1.1: it must be in 0..1", () -> new SamplerSettings(1, 1, 0, 1.1, 0));
    assertRefused("p is NaN: it must be in 0..1", () -> new TopP(Double.NaN));
    assertRefused("min-p is -0.1: it must be in 0..1", () -> new SamplerSettings(1, 1, 0, 1, -0.1));
    assertRefused(
        "theta is 0.0: it must be a finite number above 0",
        () -> new SamplerSettings(0, 1, 0, 1, 0));
    Candidates candidates = new Candidates(new float[] {1, 2});
    BitSet second = new BitSet();
    second.set(1);
    assertRefused(
        "the logit of token 1 has become NaN", () -> candidates.change(second, x -> Double.NaN));
    assertRefused("m is 0: it must be at least 1", () -> candidates.keepBest(0));
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}

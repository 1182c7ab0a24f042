package org.workedanswers.attention;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/** After each block m, ℓ and O are those of attention over the keys seen so far. */
class FlashStepTest {
  private static final PlainKernels PLAIN = PlainKernels.PLAIN;

  @Test
  void everyStepIsAttentionOverTheKeysSoFar() {
    SeededRandom random = new SeededRandom(31);
    for (int round = 0; round < 6 * Reference.MASK_KINDS; round++) {
      int n = 1 + random.below(20);
      int m = 1 + random.below(30);
      Mask mask = Reference.mask(random, round % Reference.MASK_KINDS, n, m);
      Matrix q = random.gaussian(n, 4, 1);
      Matrix k = random.gaussian(m, 4, 1);
      Matrix v = random.gaussian(m, 3, 1);
      if (round % 2 == 0) { // all scores far below 0
        for (int j = 0; j < m; j++) {
          k.set(j, 0, -40);
        }
        for (int i = 0; i < n; i++) {
          q.set(i, 0, 3);
        }
      }
      FlashAttention flash =
          new FlashAttention(PLAIN, Scale.INVERSE_ROOT, 1 + random.below(7), 1 + random.below(9));
      List<FlashStep> steps = flash.explain(q, k, v, mask);
      AttentionTrace plain = new PlainAttention(PLAIN).explain(q, k, v, mask);
      for (FlashStep step : steps) {
        for (int i = step.queryFrom(); i < step.queryTo(); i++) {
          assertStep(step, i, m - n + i, mask, plain.scaled(), v);
        }
      }
      Matrix output = flash.attend(q, k, v, mask);
      for (int i = 0; i < n; i++) {
        assertArrayEquals(last(steps, i, v.cols()), output.row(i), 1e-5f);
      }
    }
  }

  private static void assertStep(
      FlashStep step, int i, int position, Mask mask, Matrix scaled, Matrix v) {
    int r = i - step.queryFrom();
    double max = Double.NEGATIVE_INFINITY;
    for (int j = 0; j < step.keyTo(); j++) {
      max = mask.allowed(position, j) ? Math.max(max, scaled.get(i, j)) : max;
    }
    double sum = 0;
    double[] gathered = new double[v.cols()];
    for (int j = 0; j < step.keyTo(); j++) {
      if (mask.allowed(position, j)) {
        double p = Math.exp(scaled.get(i, j) - max);
        sum += p;
        for (int c = 0; c < gathered.length; c++) {
          gathered[c] += p * v.get(j, c);
        }
      }
    }
    assertEquals(max, step.max()[r], 1e-5, "m of query " + i);
    assertEquals(sum, step.sum()[r], 1e-4, "ℓ of query " + i);
    for (int c = 0; c < gathered.length; c++) {
      assertEquals(gathered[c], step.gathered().get(r, c), 1e-4, "O of query " + i);
    }
  }

  /** O/ℓ of the last step that has query i; zeros if it met no key. */
  private static float[] last(List<FlashStep> steps, int i, int width) {
    float[] output = new float[width];
    for (FlashStep step : steps) {
      if (step.queryFrom() <= i && i < step.queryTo()) {
        int r = i - step.queryFrom();
        for (int c = 0; c < width && step.sum()[r] != 0; c++) {
          output[c] = step.gathered().get(r, c) / step.sum()[r];
        }
      }
    }
    return output;
  }

  @Test
  void oneStepForEachPairOfBlocksThatIsNotEmpty() {
    Matrix x = new SeededRandom(1).gaussian(10, 2, 1);
    FlashAttention flash = new FlashAttention(PLAIN, Scale.INVERSE_ROOT, 4, 5);
    StringBuilder blocks = new StringBuilder();
    for (FlashStep s : flash.explain(x, x, x, Mask.causal())) {
      blocks.append(
          "%d-%d x %d-%d %s%n"
              .formatted(s.queryFrom(), s.queryTo(), s.keyFrom(), s.keyTo(), s.cover()));
    }
    assertEquals(
        """
        0-4 x 0-5 SOME
        4-8 x 0-5 ALL
        8-10 x 0-5 ALL
        4-8 x 5-10 SOME
        8-10 x 5-10 SOME
        """,
        blocks.toString().replace("\r\n", "\n"));
  }
}

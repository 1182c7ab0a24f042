package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.core.PlainKernels.PLAIN;
import static org.workedanswers.moe.FeedForwardTest.assertMessage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Upcycling and splitting: experts made of a dense layer, whose result is known. */
class DenseAsExpertsTest {
  @Test
  void copiesWithWeightsThatSumToOneAreTheDenseLayer() {
    for (long seed = 0; seed < 120; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int width = 1 + random.below(40);
      FeedForward dense = Reference.random(random, width, 1 + random.below(65)).layer();
      int experts = 1 + random.below(9);
      int k = 1 + random.below(experts);
      Matrix x = random.gaussian(random.below(18), width, 1);
      Gating gating =
          random.coin() ? Gating.TOP_K_THEN_SOFTMAX : Gating.SOFTMAX_THEN_TOP_K_RENORMALISED;
      Router router = new Router(random.gaussian(width, experts, 1), k, gating);
      MixtureOfExperts layer = new MixtureOfExperts(router, Upcycling.copies(dense, experts));
      for (Kernels kernels : Reference.KERNELS) {
        Matrix expected = dense.apply(kernels, x);
        Matrix actual = layer.apply(kernels, x);
        for (int i = 0; i < expected.data().length; i++) {
          float y = expected.data()[i];
          double bound = (2 * k + 9) * 0x1p-23 * Math.abs(y) + k * 0x1p-149;
          assertEquals(y, actual.data()[i], k == 1 ? 0 : bound, "seed " + seed + " k " + k);
          if (k == 1) { // -0 too
            assertEquals(Float.floatToRawIntBits(y), Float.floatToRawIntBits(actual.data()[i]));
          }
        }
      }
    }
  }

  @Test
  void withoutRenormalisingTheOutputShrinksByTheWeightsSum() {
    SeededRandom random = new SeededRandom(3);
    FeedForward dense = Reference.random(random, 7, 17).layer();
    Matrix x = random.gaussian(5, 7, 1);
    Router router = new Router(Matrix.zeros(7, 8), 2, Gating.SOFTMAX_THEN_TOP_K); // all alike
    Matrix y = new MixtureOfExperts(router, Upcycling.copies(dense, 8)).apply(PLAIN, x);
    Matrix full = dense.apply(PLAIN, x);
    for (int i = 0; i < y.data().length; i++) {
      assertEquals(full.data()[i] / 4, y.data()[i], 1e-6 * Math.abs(full.data()[i]));
    }
  }

  @Test
  void copiesAreApart() {
    Reference.Layer weights = Reference.random(new SeededRandom(4), 3, 5);
    List<FeedForward> copies = Upcycling.copies(weights.layer(), 2);
    Matrix x = new SeededRandom(5).gaussian(1, 3, 1);
    float[] before = copies.get(0).apply(PLAIN, x).data();
    weights.w1().fill(9);
    weights.w2().fill(9);
    assertArrayEquals(before, copies.get(0).apply(PLAIN, x).data());
    copies.get(1).w1().fill(9);
    assertArrayEquals(before, copies.get(0).apply(PLAIN, x).data());
    assertMessage("experts is 0", () -> Upcycling.copies(weights.layer(), 0));
  }

  @Test
  void theUnweightedSumOfAllPartsIsTheDenseLayer() {
    for (long seed = 0; seed < 120; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int width = 1 + random.below(40);
      int hidden = 1 + random.below(65);
      Reference.Layer weights = Reference.random(random, width, hidden);
      FeedForward dense = weights.layer();
      int experts = 1 + random.below(Math.min(9, hidden));
      int[][] groups =
          random.coin()
              ? Splitting.runs(hidden, experts)
              : Splitting.runs(random.permutation(hidden), experts);
      Matrix x = random.gaussian(random.below(18), width, 1);
      MixtureOfExperts layer =
          Splitting.layer(dense, groups, random.gaussian(width, experts, 1), experts);
      double[][] expected = new double[x.rows()][];
      for (int i = 0; i < x.rows(); i++) {
        expected[i] = weights.apply(x.row(i));
      }
      for (Kernels kernels : Reference.KERNELS) {
        Reference.assertClose(expected, layer.apply(kernels, x), 2e-4, "seed " + seed);
      }
      long biases = weights.b1() == null ? 0 : width; // b2 stays with the layer
      assertEquals(dense.parameters() - biases + (long) width * experts, layer.parameters());
    }
  }

  @Test
  void runsShareTheUnitsOut() {
    assertEquals("[[0, 1], [2, 3, 4], [5, 6, 7]]", Arrays.deepToString(Splitting.runs(8, 3)));
    assertEquals(
        "[[4, 2], [7, 1]]", Arrays.deepToString(Splitting.runs(new int[] {4, 2, 7, 1}, 2)));
    for (int hidden = 1; hidden < 40; hidden++) {
      for (int groups = 1; groups <= hidden; groups++) {
        int[][] runs = Splitting.runs(hidden, groups);
        int[] sizes = Arrays.stream(runs).mapToInt(r -> r.length).toArray();
        assertEquals(groups, sizes.length);
        assertTrue(
            Arrays.stream(sizes).max().orElseThrow() - Arrays.stream(sizes).min().orElseThrow()
                <= 1);
        assertArrayEquals(
            IntStream.range(0, hidden).toArray(),
            Arrays.stream(runs).flatMapToInt(Arrays::stream).toArray());
      }
    }
    assertMessage("8 hidden units can't be cut into 9 groups", () -> Splitting.runs(8, 9));
    assertMessage("into 0 groups", () -> Splitting.runs(8, 0));
  }

  @Test
  void theMeanRouterSumsWhatEachGroupLooksFor() {
    Matrix w1 = Matrix.of(new float[][] {{1, 3, 10, 20}, {0, 2, -1, -3}});
    FeedForward dense = FeedForward.dense(Activation.SILU, w1, Matrix.zeros(4, 2));
    Matrix router = Splitting.meanRouter(dense, new int[][] {{0, 1}, {2, 3}});
    assertArrayEquals(new float[][] {{2, 15}, {1, -2}}, router.toArray());
  }

  @Test
  void groupsThatAreNoPartition() {
    FeedForward dense = FeedForward.dense(Activation.GELU, Matrix.zeros(2, 4), Matrix.zeros(4, 2));
    assertMessage(
        "hidden unit 1 is in group 0 and in group 1: groups must be disjoint",
        () -> Splitting.experts(dense, new int[][] {{0, 1}, {1, 2, 3}}));
    assertMessage(
        "the groups name 3 of 4 hidden units",
        () -> Splitting.experts(dense, new int[][] {{0, 1}, {2}}));
    assertMessage(
        "group 1 names hidden unit 4: there are 0..3",
        () -> Splitting.experts(dense, new int[][] {{0, 1}, {4}}));
    assertMessage(
        "group 1 is empty", () -> Splitting.experts(dense, new int[][] {{0, 1, 2, 3}, {}}));
    assertMessage("names hidden unit -1", () -> Splitting.meanRouter(dense, new int[][] {{-1}}));
  }
}

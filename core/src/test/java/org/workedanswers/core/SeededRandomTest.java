package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.apache.commons.math3.stat.inference.ChiSquareTest;
import org.apache.commons.math3.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;

class SeededRandomTest {
  @Test
  void aSeedFixesTheNumbersAndASplitDoesNotDependOnWhatWasDrawn() {
    SeededRandom a = new SeededRandom(7);
    SeededRandom b = new SeededRandom(7);
    double first = a.gaussian();
    assertEquals(first, b.gaussian());
    assertNotEquals(first, new SeededRandom(8).gaussian());
    a.uniform();
    assertEquals(a.split(3).uniform(), new SeededRandom(7).split(3).uniform());
    assertNotEquals(a.split(3).uniform(), a.split(4).uniform());
    assertNotEquals(a.split(0).uniform(), new SeededRandom(7).uniform());
  }

  @Test
  void gaussiansAreNormalAndUniformsUniform() {
    SeededRandom random = new SeededRandom(1);
    double[] gaussians = new double[20_000];
    for (int i = 0; i < gaussians.length; i++) {
      gaussians[i] = random.gaussian();
    }
    NormalDistribution normal = new NormalDistribution(null, 0, 1);
    assertTrue(new KolmogorovSmirnovTest().kolmogorovSmirnovTest(normal, gaussians) > 0.01);
    long[] counts = new long[10];
    int heads = 0;
    for (int i = 0; i < 100_000; i++) {
      counts[random.below(10)]++;
      double u = random.uniform(-2, 3);
      assertTrue(u >= -2 && u < 3);
      heads += random.coin() ? 1 : 0;
    }
    double[] expected = new double[10];
    Arrays.fill(expected, 10_000);
    assertTrue(new ChiSquareTest().chiSquareTest(expected, counts) > 0.001);
    assertEquals(50_000, heads, 800);
  }

  @Test
  void matricesHaveTheAskedDeviationAndRange() {
    Matrix m = new SeededRandom(2).gaussian(200, 150, 0.5);
    double square = 0;
    for (float x : m.data()) {
      square += (double) x * x;
    }
    assertEquals(0.25, square / m.data().length, 0.01);
    Matrix u = new SeededRandom(2).uniform(60, 70, 1, 1.5);
    for (float x : u.data()) {
      assertTrue(x >= 1 && x <= 1.5f);
    }
  }

  @Test
  void aPermutationHasEachNumberOnceAndEveryOrderIsAsLikely() {
    SeededRandom random = new SeededRandom(3);
    for (int n : new int[] {0, 1, 2, 17, 207}) {
      int[] p = random.permutation(n);
      Arrays.sort(p);
      for (int i = 0; i < n; i++) {
        assertEquals(i, p[i]);
      }
    }
    long[] counts = new long[6];
    for (int i = 0; i < 6000; i++) {
      int[] p = random.permutation(3);
      counts[p[0] * 2 + (p[1] > p[2] ? 1 : 0)]++;
    }
    double[] expected = new double[6];
    Arrays.fill(expected, 1000);
    assertTrue(new ChiSquareTest().chiSquareTest(expected, counts) > 0.001);
    assertThrows(IllegalArgumentException.class, () -> random.below(0));
    assertThrows(IllegalArgumentException.class, () -> random.permutation(-1));
  }

  @Test
  void theFirstNumbersOfASeedDoNotChange() {
    SeededRandom random = new SeededRandom(42);
    int[] first = {random.below(1000), random.below(1000), random.below(1000)};
    int[] split = {random.split(0).below(1000), random.split(1).below(1000)};
    assertArrayEquals(new int[] {914, 596, 981}, first);
    assertArrayEquals(new int[] {47, 794}, split);
  }
}

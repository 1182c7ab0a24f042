package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class FeedForwardTest {
  private static final int[] SIZES = {1, 2, 3, 7, 17, 31, 33, 64, 65};

  @Test
  void everyFormAgreesWithDoublePrecision() {
    for (long seed = 0; seed < 60; seed++) {
      SeededRandom random = new SeededRandom(seed);
      int width = SIZES[random.below(SIZES.length)];
      int hidden = SIZES[random.below(SIZES.length)];
      Reference.Layer layer = Reference.random(random, width, hidden);
      Matrix x = Reference.view(random, random.below(9), width);
      double[][] expected = new double[x.rows()][];
      for (int i = 0; i < x.rows(); i++) {
        expected[i] = layer.apply(x.row(i));
      }
      for (Kernels kernels : Reference.KERNELS) {
        // terms of about 1, up to 65 of them twice over
        Reference.assertClose(
            expected, layer.layer().apply(kernels, x), 2e-5 * Math.sqrt(hidden), "seed " + seed);
      }
    }
  }

  @Test
  void aRowAloneHasTheBitsOfARowAmongOthersAndThreadsChangeNothing() {
    SeededRandom random = new SeededRandom(8);
    for (Kernels kernels : Reference.KERNELS) {
      FeedForward layer = Reference.random(random, 33, 65).layer();
      Matrix x = random.gaussian(31, 33, 1);
      Matrix y = layer.apply(kernels, x);
      try (Threads two = Threads.of(2)) {
        assertArrayEquals(y.data(), layer.apply(kernels, two, x).data());
      }
      for (int i = 0; i < x.rows(); i++) {
        assertArrayEquals(y.row(i), layer.apply(kernels, x.rows(i, i + 1)).data());
      }
    }
  }

  @Test
  void writesIntoAViewAndNothingBesides() {
    SeededRandom random = new SeededRandom(9);
    FeedForward layer = Reference.random(random, 3, 7).layer();
    Matrix x = random.gaussian(4, 3, 1);
    Matrix around = Matrix.zeros(6, 5);
    around.fill(Float.NaN);
    layer.apply(PlainKernels.PLAIN, Loop.sequential(), x, around.rows(1, 5).columns(1, 4));
    Matrix y = layer.apply(PlainKernels.PLAIN, x);
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 5; j++) {
        boolean inside = i >= 1 && i < 5 && j >= 1 && j < 4;
        assertEquals(inside ? y.get(i - 1, j - 1) : Float.NaN, around.get(i, j));
      }
    }
  }

  @Test
  void multiplyAddsAndParametersAreThoseThatRun() {
    for (long seed = 0; seed < 12; seed++) {
      SeededRandom random = new SeededRandom(seed);
      Reference.Layer layer = Reference.random(random, 5, 11);
      CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
      layer.layer().apply(counting, random.gaussian(3, 5, 1));
      assertEquals(counting.multiplyAdds(), layer.layer().multiplyAdds(3));
      long parameters = 2 * 5 * 11 + (layer.v() == null ? 0 : 55) + (layer.b1() == null ? 0 : 16);
      assertEquals(parameters, layer.layer().parameters());
    }
  }

  @Test
  void hiddenUnitsCanBeSeen() {
    Matrix w1 = Matrix.of(new float[][] {{1, 2}});
    Matrix w2 = Matrix.of(new float[][] {{1}, {10}});
    FeedForward layer =
        FeedForward.gated(Activation.SILU, w1, Matrix.of(new float[][] {{3, 4}}), w2);
    Matrix x = Matrix.of(new float[][] {{1}});
    double first = 3 / (1 + Math.exp(-1));
    double second = 2 * 4 / (1 + Math.exp(-2));
    Matrix a = layer.hidden(PlainKernels.PLAIN, x);
    assertEquals(first, a.get(0, 0), 1e-6);
    assertEquals(second, a.get(0, 1), 1e-6);
    assertEquals(first + 10 * second, layer.apply(PlainKernels.PLAIN, x).get(0, 0), 1e-5);
    assertEquals(1, layer.width());
    assertEquals(2, layer.hidden());
    assertEquals(Activation.SILU, layer.activation());
  }

  @Test
  void nanStaysInItsRow() {
    FeedForward layer = Reference.random(new SeededRandom(1), 7, 17).layer();
    Matrix x = new SeededRandom(2).gaussian(3, 7, 1);
    Matrix before = layer.apply(PlainKernels.PLAIN, x);
    x.set(1, 4, Float.NaN);
    Matrix y = layer.apply(PlainKernels.PLAIN, x);
    assertArrayEquals(before.row(0), y.row(0));
    assertArrayEquals(before.row(2), y.row(2));
    for (float value : y.row(1)) {
      assertTrue(Float.isNaN(value));
    }
  }

  @Test
  void shapesThatDoNotFit() {
    Matrix w1 = Matrix.zeros(3, 5);
    Matrix w2 = Matrix.zeros(5, 3);
    assertMessage(
        "W1 is 3 x 5 and W2 is 4 x 3: they must be d x h and h x d",
        () -> FeedForward.dense(Activation.GELU, w1, Matrix.zeros(4, 3)));
    assertMessage("W2 is 5 x 2", () -> FeedForward.dense(Activation.GELU, w1, Matrix.zeros(5, 2)));
    assertMessage(
        "b1 has 4 values",
        () -> FeedForward.dense(Activation.GELU, w1, new float[4], w2, new float[3]));
    assertMessage(
        "b2 has 5: a bias must have a value for each column",
        () -> FeedForward.dense(Activation.GELU, w1, new float[5], w2, new float[5]));
    assertMessage(
        "V is 3 x 4: it must be 3 x 5",
        () -> FeedForward.gated(Activation.SILU, w1, Matrix.zeros(3, 4), w2));
    FeedForward layer = FeedForward.dense(Activation.GELU, w1, w2);
    assertMessage(
        "x is 2 x 4 and W1 is 3 x 5: x must have 3 columns",
        () -> layer.apply(PlainKernels.PLAIN, Matrix.zeros(2, 4)));
    assertMessage(
        "y is 2 x 4: it must be 2 x 3",
        () ->
            layer.apply(
                PlainKernels.PLAIN, Loop.sequential(), Matrix.zeros(2, 3), Matrix.zeros(2, 4)));
  }

  static void assertMessage(String part, Executable call) {
    IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
    assertTrue(e.getMessage().contains(part), e::getMessage);
  }
}

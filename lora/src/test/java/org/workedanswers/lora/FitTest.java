package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.lora.Reference.assertMessage;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;
import org.workedanswers.quantization.Nf4;

class FitTest {
  private static final Loop ONE = Loop.sequential();
  private static final Kernels KERNELS = KernelsChoice.best();

  /** A layer and a wanted update of known rank. */
  private static final class Task {
    final Matrix w;
    final Matrix x;
    final Matrix update;
    final Matrix target;
    final double start; // the loss of the bare layer

    Task(long seed, int n, int dOut, int dIn, int rank) {
      SeededRandom random = new SeededRandom(seed);
      w = random.gaussian(dOut, dIn, 1 / Math.sqrt(dIn));
      x = random.gaussian(n, dIn, 1);
      Matrix u = random.gaussian(dOut, rank, 1 / Math.sqrt(rank));
      Matrix v = random.gaussian(rank, dIn, 1 / Math.sqrt(dIn));
      update = KERNELS.multiply(u, v);
      target = KERNELS.multiplyTransposed(x, w);
      Matrix change = KERNELS.multiplyTransposed(x, update);
      for (int i = 0; i < target.data().length; i++) {
        target.data()[i] += change.data()[i];
      }
      start = new Fit(KERNELS, ONE, x, target).loss(KERNELS.multiplyTransposed(x, w));
    }

    double[] fit(int rank, int steps) {
      Adapter adapter = adapter(rank);
      float[] bits = w.data().clone();
      double[] losses =
          new Fit(KERNELS, ONE, x, target).adapter(FrozenLinear.of(w), adapter, steps, 0.02);
      assertArrayEquals(bits, w.data(), "the base is frozen");
      return losses;
    }

    Adapter adapter(int rank) {
      return Adapter.initial(w.rows(), w.cols(), rank, 2.0 * rank, new SeededRandom(9));
    }

    /** The least loss that any adapter of this rank reaches. */
    double best(int rank) {
      BestRank best = new BestRank(KERNELS.multiplyTransposed(x, update));
      return best.remaining(rank) / (2 * x.rows());
    }
  }

  @Test
  void theLossIsHalfTheMeanSquaredDistanceOfATokensOutputs() {
    Matrix target = Matrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}});
    Matrix y = Matrix.of(new float[][] {{1, 4, 3}, {4, 5, 3}});
    Fit fit = new Fit(PlainKernels.PLAIN, ONE, Matrix.zeros(2, 5), target);
    assertEquals((4 + 9) / 4.0, fit.loss(y));
    assertEquals(0, fit.loss(target));
  }

  @Test
  void atTheUpdatesRankNothingIsLeft() {
    for (long seed = 1; seed <= 2; seed++) {
      Task task = new Task(seed, 64, 17, 33, 3);
      double[] losses = task.fit(3, 250);
      assertEquals(251, losses.length);
      assertEquals(task.start, losses[0], 1e-6 * task.start);
      assertTrue(losses[250] < 1e-3 * task.start, "left " + losses[250] / task.start);
    }
  }

  @Test
  void belowTheUpdatesRankItComesNearTheBestRankAndNotBelow() {
    Task task = new Task(4, 64, 17, 33, 6);
    for (int rank = 1; rank < 6; rank += 2) {
      double[] losses = task.fit(rank, 250);
      double best = task.best(rank);
      assertTrue(best > 0.02 * task.start);
      assertTrue(losses[250] >= best * (1 - 1e-4), "r " + rank + " below the best");
      assertTrue(losses[250] <= best * 1.05, "r " + rank + ": " + losses[250] / best);
    }
  }

  @Test
  void aFullFitReachesAnyUpdate() {
    Task task = new Task(5, 96, 17, 33, 17);
    Fit fit = new Fit(KERNELS, ONE, task.x, task.target);
    Matrix w = task.w.copy();
    double[] losses = fit.full(w, 250, 0.02);
    assertEquals(task.start, losses[0], 1e-6 * task.start);
    assertTrue(losses[250] < 1e-3 * task.start, "left " + losses[250] / task.start);
    assertEquals(losses[250], fit.loss(KERNELS.multiplyTransposed(task.x, w)), 1e-9);
    assertTrue(task.fit(3, 50)[50] >= task.best(3));
  }

  /** The step itself, written out once more: Adam sees the gradients of the stated loss. */
  @Test
  void lossesFallAlongTheGradientsOfTheStatedLoss() {
    Task task = new Task(6, 33, 7, 9, 2);
    Adapter adapter = Reference.trained(new SeededRandom(1), 7, 9, 2);
    Fit fit = new Fit(KERNELS, ONE, task.x, task.target);
    Adapter before = new Adapter(adapter.a().copy(), adapter.b().copy(), adapter.alpha());
    fit.adapter(FrozenLinear.of(task.w), adapter, 1, 1e-3);
    Matrix y = KERNELS.multiplyTransposed(task.x, task.w);
    before.addTo(KERNELS, ONE, task.x, y);
    for (int i = 0; i < y.data().length; i++) {
      y.data()[i] = (y.data()[i] - task.target.data()[i]) / 33;
    }
    Adapter.Gradients g = before.gradients(KERNELS, ONE, task.x, y);
    // Adam's first step is η against the sign of each gradient.
    for (int i = 0; i < 7; i++) {
      for (int k = 0; k < 2; k++) {
        double moved = adapter.b().get(i, k) - before.b().get(i, k);
        assertEquals(-1e-3 * Math.signum(g.b().get(i, k)), moved, 2e-6);
      }
    }
  }

  /** Where gradients hardly change, each of Adam's steps is as long as the rate at that step. */
  @Test
  void theRateFallsAlongHalfACosine() {
    Task task = new Task(9, 33, 7, 9, 2);
    double rate = 1e-4;
    for (int steps : new int[] {1, 2, 4}) {
      Matrix w = task.w.copy();
      new Fit(KERNELS, ONE, task.x, task.target).full(w, steps, rate);
      double way = 0;
      for (int t = 0; t < steps; t++) {
        way += rate * (0.01 + 0.99 * (1 + Math.cos(Math.PI * t / steps)) / 2);
      }
      int asLong = 0;
      for (int i = 0; i < w.data().length; i++) {
        asLong += Math.abs(Math.abs(w.data()[i] - task.w.data()[i]) - way) < 0.01 * way ? 1 : 0;
      }
      assertTrue(asLong > 0.8 * w.data().length, asLong + " of " + w.data().length);
    }
  }

  @Test
  void aQuantisedBaseIsMendedByItsAdapter() {
    Task task = new Task(7, 64, 17, 64, 2);
    FrozenLinear nf4 = FrozenLinear.of(Nf4.qlora().quantize(task.w));
    double[] losses =
        new Fit(KERNELS, ONE, task.x, task.target).adapter(nf4, task.adapter(4), 200, 0.02);
    assertTrue(losses[0] > task.start * 0.9);
    assertTrue(losses[200] < 0.05 * losses[0], "left " + losses[200] / losses[0]);
  }

  @Test
  void twoThreadsAndASecondRunGiveTheSameBits() {
    Task task = new Task(8, 33, 17, 31, 2);
    Adapter one = task.adapter(3);
    Adapter two = task.adapter(3);
    double[] first =
        new Fit(KERNELS, ONE, task.x, task.target).adapter(FrozenLinear.of(task.w), one, 20, 0.01);
    try (Threads threads = Threads.of(2)) {
      double[] second =
          new Fit(KERNELS, threads, task.x, task.target)
              .adapter(FrozenLinear.of(task.w), two, 20, 0.01);
      assertArrayEquals(first, second);
    }
    assertArrayEquals(one.a().data(), two.a().data());
    assertArrayEquals(one.b().data(), two.b().data());
  }

  @Test
  void whatDoesNotFitIsRefused() {
    Matrix x = Matrix.zeros(4, 5);
    assertMessage(
        "x is 4 x 5 and target is 3 x 2: both must have the same number of rows, at least one",
        () -> new Fit(KERNELS, ONE, x, Matrix.zeros(3, 2)));
    assertMessage(
        "x is 0 x 5", () -> new Fit(KERNELS, ONE, Matrix.zeros(0, 5), Matrix.zeros(0, 2)));
    Fit fit = new Fit(KERNELS, ONE, x, Matrix.zeros(4, 2));
    Adapter adapter = Adapter.initial(2, 5, 1, 3, new SeededRandom(1));
    FrozenLinear base = FrozenLinear.of(Matrix.zeros(2, 5));
    assertMessage("steps is -1", () -> fit.adapter(base, adapter, -1, 0.1));
    assertMessage("learning rate is 0.0", () -> fit.adapter(base, adapter, 5, 0));
    assertMessage("learning rate is NaN", () -> fit.full(Matrix.zeros(2, 5), 5, Double.NaN));
    FrozenLinear wide = FrozenLinear.of(Matrix.zeros(3, 5));
    assertMessage("y is 4 x 3", () -> fit.adapter(wide, adapter, 5, 0.1));
    assertMessage("y is 4 x 3", () -> fit.full(Matrix.zeros(3, 5), 5, 0.1));
    Matrix one = Matrix.zeros(1, 5);
    assertEquals(0, new Fit(KERNELS, ONE, one, Matrix.zeros(1, 2)).loss(Matrix.zeros(1, 2)));
    assertEquals(1, fit.adapter(base, adapter, 0, 0.1).length);
  }
}

package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.lora.Reference.assertClose;
import static org.workedanswers.lora.Reference.assertMessage;
import static org.workedanswers.lora.Reference.assertState;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.Threads;

class LoraLinearTest {
  private static final Kernels PLAIN = PlainKernels.PLAIN;
  private static final Loop ONE = Loop.sequential();

  private static Matrix run(LoraLinear layer, Kernels kernels, Loop loop, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), layer.base().dOut());
    y.fill(Float.NaN);
    layer.forward(kernels, loop, x, y);
    return y;
  }

  @Test
  void outputsAreTheSumOfBaseAndAdaptersInUse() {
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 60; trial++) {
      int dOut = Reference.size(random);
      int dIn = Reference.size(random);
      int n = random.below(8);
      Matrix w = Reference.view(random, dOut, dIn, 0.3);
      Matrix x = Reference.view(random, n, dIn, 1);
      LoraLinear layer = new LoraLinear(w);
      List<Adapter> adapters = new ArrayList<>();
      for (int m = 0; m < 3; m++) {
        int rank = 1 + random.below(Math.min(dOut, dIn));
        adapters.add(Reference.trained(random, dOut, dIn, rank));
        layer.add("adapter " + m, adapters.get(m));
      }
      for (Kernels kernels : Reference.kernels()) {
        layer.use();
        assertClose(Reference.outputs(x, w), run(layer, kernels, ONE, x), 1e-4, "bare");
        layer.use("adapter 1");
        double[][] one = Reference.outputs(x, w, adapters.get(1));
        assertClose(one, run(layer, kernels, ONE, x), 1e-4, "one");
        layer.use("adapter 2", "adapter 0");
        double[][] two = Reference.outputs(x, w, adapters.get(0), adapters.get(2));
        assertClose(two, run(layer, kernels, ONE, x), 1e-4, "two");
      }
    }
  }

  @Test
  void mergedAndUnmergedDifferByRoundingAlone() {
    SeededRandom random = new SeededRandom(2);
    double largest = 0;
    for (int trial = 0; trial < 120; trial++) {
      int dOut = Reference.size(random);
      int dIn = Reference.size(random);
      Matrix w = Reference.view(random, dOut, dIn, 0.3);
      Matrix x = Reference.view(random, 1 + random.below(6), dIn, 1);
      int rank = 1 + random.below(Math.min(dOut, dIn));
      Adapter one = Reference.trained(random, dOut, dIn, rank);
      Adapter two = Reference.trained(random, dOut, dIn, 1);
      LoraLinear layer = new LoraLinear(w).add("one", one).add("two", two).use("one", "two");
      MergeBound bound = new MergeBound(x, w, List.of(one, two));
      for (Kernels kernels : Reference.kernels()) {
        Matrix apart = run(layer, kernels, ONE, x);
        layer.merge(kernels, ONE);
        assertTrue(layer.isMerged());
        Matrix merged = run(layer, kernels, ONE, x);
        layer.unmerge();
        double share = bound.largestShare(merged, apart);
        assertTrue(share <= 1, "share of the bound " + share);
        largest = Math.max(largest, share);
        // The bound is no barn door: a merge that forgets α / r is far outside of it.
        Matrix wrong = w.copy();
        new Adapter(one.a(), one.b(), one.rank()).addDelta(kernels, ONE, wrong);
        two.addDelta(kernels, ONE, wrong);
        share = bound.largestShare(run(new LoraLinear(wrong), kernels, ONE, x), apart);
        assertTrue(share > 30, "without alpha / r " + share);
      }
    }
    assertTrue(largest > 1e-4, "the bound is never approached: " + largest);
  }

  @Test
  void theBoundIsItsFormula() {
    // n 1, d_in 1, r 1: M = |x w|, Q = s |b a x|, 2 (1 + 2 + 1 + 4) · 2⁻²³.
    Adapter adapter =
        new Adapter(Matrix.of(new float[][] {{-3}}), Matrix.of(new float[][] {{5}}), 0.5);
    Matrix x = Matrix.of(new float[][] {{-2}});
    Matrix w = Matrix.of(new float[][] {{7}});
    MergeBound bound = new MergeBound(x, w, List.of(adapter));
    assertEquals(16 * 0x1p-23 * (14 + 15), bound.at(0, 0), 1e-12);
    Matrix zero = Matrix.zeros(1, 1);
    assertEquals(0, bound.largestShare(x, x));
    assertEquals(2 / (16 * 0x1p-23 * 29), bound.largestShare(x, zero), 1e-3);
    Matrix nan = Matrix.of(new float[][] {{Float.NaN}});
    assertTrue(Double.isNaN(bound.largestShare(nan, zero)));
  }

  @Test
  void unmergingGivesTheKeptBitsAndSubtractingDoesNot() {
    SeededRandom random = new SeededRandom(3);
    int changed = 0;
    for (int trial = 0; trial < 20; trial++) {
      int dOut = 2 + Reference.size(random);
      int dIn = 2 + Reference.size(random);
      Matrix w = Reference.view(random, dOut, dIn, 0.3);
      float[] bits = w.data().clone();
      Matrix x = Reference.view(random, 3, dIn, 1);
      Adapter adapter = Reference.trained(random, dOut, dIn, 2);
      LoraLinear layer = new LoraLinear(w).add("a", adapter);
      Matrix bare = run(layer, PLAIN, ONE, x);
      layer.use("a");
      for (int round = 0; round < 3; round++) {
        layer.merge(PLAIN, ONE);
        layer.unmerge();
      }
      assertArrayEquals(bits, w.data());
      assertArrayEquals(bare.data(), run(layer.use(), PLAIN, ONE, x).data());

      Matrix subtracted = w.copy();
      adapter.addDelta(PLAIN, ONE, subtracted);
      Matrix delta = adapter.delta(PLAIN, ONE);
      for (int i = 0; i < delta.data().length; i++) {
        subtracted.data()[i] -= delta.data()[i];
      }
      changed += Arrays.equals(w.copy().data(), subtracted.data()) ? 0 : 1;
    }
    assertEquals(20, changed);
  }

  @Test
  void swappedBackTheBitsAreTheFirstOnes() {
    SeededRandom random = new SeededRandom(4);
    Matrix w = random.gaussian(33, 65, 0.2);
    Matrix x = random.gaussian(7, 65, 1);
    LoraLinear layer =
        new LoraLinear(w)
            .add("a", Reference.trained(random, 33, 65, 4))
            .add("b", Reference.trained(random, 33, 65, 9));
    for (Kernels kernels : Reference.kernels()) {
      float[] a = run(layer.use("a"), kernels, ONE, x).data();
      float[] b = run(layer.use("b"), kernels, ONE, x).data();
      assertFalse(Arrays.equals(a, b));
      assertArrayEquals(a, run(layer.use("a"), kernels, ONE, x).data());
      layer.merge(kernels, ONE);
      float[] merged = run(layer, kernels, ONE, x).data();
      layer.unmerge();
      layer.use("b").merge(kernels, ONE);
      layer.unmerge();
      layer.use("a").merge(kernels, ONE);
      assertArrayEquals(merged, run(layer, kernels, ONE, x).data());
      layer.unmerge();
    }
  }

  @Test
  void mergedItCostsWhatTheBareLayerCosts() {
    SeededRandom random = new SeededRandom(5);
    Adapter adapter = Reference.trained(random, 17, 31, 4);
    LoraLinear layer = new LoraLinear(random.gaussian(17, 31, 1)).add("a", adapter);
    Matrix x = random.gaussian(7, 31, 1);
    CountingKernels counting = new CountingKernels(PLAIN);
    run(layer, counting, ONE, x);
    assertEquals(7 * 17 * 31, counting.multiplyAdds());
    counting.reset();
    run(layer.use("a"), counting, ONE, x);
    assertEquals(7 * (17 * 31 + 4 * (17 + 31)), counting.multiplyAdds());
    layer.merge(PLAIN, ONE);
    counting.reset();
    run(layer, counting, ONE, x);
    assertEquals(7 * 17 * 31, counting.multiplyAdds());
  }

  @Test
  void traceHasTheBitsOfForwardAndItsParts() {
    SeededRandom random = new SeededRandom(6);
    Matrix w = random.gaussian(9, 17, 0.5);
    Matrix x = Reference.view(random, 5, 17, 1);
    Adapter a = Reference.trained(random, 9, 17, 2);
    Adapter b = Reference.trained(random, 9, 17, 3);
    LoraLinear layer = new LoraLinear(w).add("a", a).add("b", b).use("b", "a");
    for (Kernels kernels : Reference.kernels()) {
      LoraTrace trace = layer.trace(kernels, ONE, x);
      assertArrayEquals(run(layer, kernels, ONE, x).data(), trace.output().data());
      assertClose(Reference.outputs(x, w), trace.base(), 1e-5, "x Wᵀ");
      assertEquals(List.of("b", "a"), trace.paths().stream().map(p -> p.adapter()).toList());
      assertEquals(b.scale(), trace.paths().get(0).scale());
      assertClose(Reference.outputs(x, b.a()), trace.paths().get(0).down(), 1e-5, "x Aᵀ");
      double[][] update = Reference.outputs(x, Matrix.zeros(9, 17), b);
      assertClose(update, trace.paths().get(0).update(), 1e-4, "update");
      layer.merge(kernels, ONE);
      LoraTrace merged = layer.trace(kernels, ONE, x);
      assertEquals(List.of(), merged.paths());
      assertArrayEquals(run(layer, kernels, ONE, x).data(), merged.output().data());
      layer.unmerge();
    }
    assertClose(Reference.outputs(x, w, a, b), layer.forward(x), 1e-4, "convenience");
  }

  @Test
  void twoThreadsGiveTheBitsOfOneAndATokenAloneThoseAmongOthers() {
    SeededRandom random = new SeededRandom(7);
    LoraLinear layer =
        new LoraLinear(random.gaussian(65, 33, 1))
            .add("a", Reference.trained(random, 65, 33, 7))
            .use("a");
    Matrix x = random.gaussian(31, 33, 1);
    Matrix dy = random.gaussian(31, 65, 1);
    try (Threads two = Threads.of(2)) {
      for (Kernels kernels : Reference.kernels()) {
        Matrix y = run(layer, kernels, ONE, x);
        assertArrayEquals(y.data(), run(layer, kernels, two, x).data());
        assertArrayEquals(y.row(30), run(layer, kernels, ONE, x.rows(30, 31)).row(0));
        Adapter.Gradients g = layer.adapter("a").gradients(kernels, ONE, x, dy);
        Adapter.Gradients h = layer.adapter("a").gradients(kernels, two, x, dy);
        assertArrayEquals(g.a().data(), h.a().data());
        assertArrayEquals(g.b().data(), h.b().data());
        layer.merge(kernels, two);
        Matrix merged = run(layer, kernels, ONE, x);
        layer.unmerge();
        layer.merge(kernels, ONE);
        assertArrayEquals(merged.data(), run(layer, kernels, two, x).data());
        layer.unmerge();
      }
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNames() {
    SeededRandom random = new SeededRandom(8);
    LoraLinear layer =
        new LoraLinear(Matrix.zeros(3, 5))
            .add("law", Adapter.initial(3, 5, 2, 1, random))
            .add("code", Adapter.initial(3, 5, 1, 1, random));
    assertEquals(List.of("law", "code"), layer.names());
    assertEquals(List.of(), layer.inUse());
    assertMessage(
        "there is no adapter 'medicine': there are [law, code]", () -> layer.use("medicine"));
    assertMessage("adapter 'law' is named twice", () -> layer.use("law", "code", "law"));
    assertMessage(
        "there is an adapter 'law' already",
        () -> layer.add("law", Adapter.initial(3, 5, 2, 1, random)));
    assertMessage(
        "adapter 'turned' is for a layer of 5 x 3 and this one is 3 x 5 (d_out x d_in)",
        () -> layer.add("turned", Adapter.initial(5, 3, 2, 1, random)));
    assertEquals(List.of(), layer.inUse());
    assertState("nothing is merged into W", layer::unmerge);
    layer.use("law").merge(PLAIN, ONE);
    assertState("[law] is merged into W already", () -> layer.merge(PLAIN, ONE));
    assertState("[law] is merged into W: unmerge before", () -> layer.use("code"));
    assertEquals(List.of("law"), layer.inUse());
    assertMessage(
        "x is 2 x 4 and W is 3 x 5: both must have the same width d_in",
        () -> layer.forward(Matrix.zeros(2, 4)));
    assertMessage(
        "y is 2 x 4: it must be 2 x 3",
        () -> layer.forward(PLAIN, ONE, Matrix.zeros(2, 5), Matrix.zeros(2, 4)));
    assertMessage(
        "dy is 2 x 5 and W is 3 x 5",
        () -> layer.backward(PLAIN, ONE, Matrix.zeros(2, 5), Matrix.zeros(2, 5)));
    assertMessage(
        "dx is 1 x 5: it must be 2 x 5",
        () -> layer.backward(PLAIN, ONE, Matrix.zeros(2, 3), Matrix.zeros(1, 5)));
    assertMessage("W is 0 x 5: it must not be empty", () -> new LoraLinear(Matrix.zeros(0, 5)));
    assertMessage(
        "x is 2 x 4 and W is 3 x 5",
        () -> new MergeBound(Matrix.zeros(2, 4), Matrix.zeros(3, 5), List.of()));
    Matrix two = Matrix.zeros(2, 3);
    MergeBound bound = new MergeBound(Matrix.zeros(2, 5), Matrix.zeros(3, 5), List.of());
    assertMessage(
        "one is 1 x 3: it must be 2 x 3", () -> bound.largestShare(Matrix.zeros(1, 3), two));
    assertMessage(
        "other is 2 x 4: it must be 2 x 3", () -> bound.largestShare(two, Matrix.zeros(2, 4)));
    assertMessage(
        "W is 4 x 5: it must be 3 x 5",
        () ->
            new MergeBound(Matrix.zeros(2, 5), Matrix.zeros(4, 5), List.of(layer.adapter("law"))));
  }
}

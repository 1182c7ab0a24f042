package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.lora.Reference.assertClose;
import static org.workedanswers.lora.Reference.assertMessage;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class AdapterTest {
  private static final Kernels PLAIN = PlainKernels.PLAIN;
  private static final Loop ONE = Loop.sequential();

  @Test
  void addsTheScaledLowRankProductOverAwkwardSizes() {
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 150; trial++) {
      int dOut = Reference.size(random);
      int dIn = Reference.size(random);
      int n = trial % 7 == 0 ? 0 : Reference.size(random);
      Adapter adapter = Reference.trained(random, dOut, dIn, 1 + random.below(Math.min(dOut, dIn)));
      Matrix x = Reference.view(random, n, dIn, 1);
      for (Kernels kernels : Reference.kernels()) {
        Matrix y = Reference.view(random, n, dOut, 1);
        double[][] before = Reference.wide(y);
        double[][] want = Reference.outputs(x, Matrix.zeros(dOut, dIn), adapter);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < dOut; j++) {
            want[i][j] += before[i][j];
          }
        }
        adapter.addTo(kernels, ONE, x, y);
        String what = kernels.name() + " " + adapter.b() + ", " + adapter.a();
        assertClose(want, y, 1e-4, what);
        Matrix unit = Matrix.zeros(dIn, dIn);
        for (int j = 0; j < dIn; j++) {
          unit.set(j, j, 1);
        }
        double[][] columns = Reference.outputs(unit, Matrix.zeros(dOut, dIn), adapter);
        Matrix delta = adapter.delta(kernels, ONE);
        assertEquals(dOut, delta.rows());
        for (int i = 0; i < dOut; i++) {
          for (int j = 0; j < dIn; j++) {
            assertEquals(columns[j][i], delta.get(i, j), 1e-4, what);
          }
        }
      }
    }
  }

  @Test
  void countsWhatItIsAskedFor() {
    CountingKernels counting = new CountingKernels(PLAIN);
    Adapter adapter = Reference.trained(new SeededRandom(2), 31, 17, 3);
    adapter.addTo(counting, ONE, Matrix.zeros(7, 17), Matrix.zeros(7, 31));
    assertEquals(7 * adapter.parameters(), counting.multiplyAdds());
    assertEquals(3 * (31 + 17), adapter.parameters());
    assertEquals(131_072, Adapter.initial(4096, 4096, 16, 32, new SeededRandom(1)).parameters());
  }

  @Test
  void beforeTrainingItChangesNothingAndAIsNormal() {
    Adapter adapter = Adapter.initial(65, 400, 31, 8, new SeededRandom(3));
    for (float b : adapter.b().data()) {
      assertEquals(0, b);
    }
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    int count = adapter.a().data().length;
    for (float a : adapter.a().data()) {
      sum += a;
      squares += (double) a * a;
      fourth += Math.pow(a, 4);
    }
    double variance = squares / count;
    // Five standard errors of 12,400 draws.
    assertEquals(0, sum / count, 5 / Math.sqrt(400.0 * count));
    assertEquals(1 / 400.0, variance, 5 * Math.sqrt(2.0 / count) / 400);
    assertEquals(3, fourth / count / (variance * variance), 5 * Math.sqrt(24.0 / count));
    Adapter again = Adapter.initial(65, 400, 31, 8, new SeededRandom(3));
    assertArrayEquals(adapter.a().data(), again.a().data());
    Adapter other = Adapter.initial(65, 400, 31, 8, new SeededRandom(4));
    assertNotEquals(adapter.a().get(0, 0), other.a().get(0, 0));
  }

  @Test
  void alphaOverRKeepsTheUpdatesSizeWhenRankIsRepeated() {
    SeededRandom random = new SeededRandom(5);
    Adapter narrow = Reference.trained(random, 7, 9, 2);
    // Both factors stand twice: ΔW would double if s were α alone.
    Matrix a = Matrix.zeros(4, 9);
    Matrix b = Matrix.zeros(7, 4);
    for (int half = 0; half < 2; half++) {
      a.rows(2 * half, 2 * half + 2).set(narrow.a());
      b.columns(2 * half, 2 * half + 2).set(narrow.b());
    }
    Adapter wide = new Adapter(a, b, narrow.alpha());
    assertEquals(narrow.scale() / 2, wide.scale(), 1e-7);
    assertClose(Reference.wide(narrow.delta(PLAIN, ONE)), wide.delta(PLAIN, ONE), 1e-5, "repeated");
  }

  @Test
  void nanTravelsToItsOwnTokenAlone() {
    Adapter adapter = Reference.trained(new SeededRandom(6), 5, 4, 2);
    Matrix x = new SeededRandom(7).gaussian(3, 4, 1);
    x.set(1, 2, Float.NaN);
    Matrix y = Matrix.zeros(3, 5);
    adapter.addTo(PLAIN, ONE, x, y);
    for (int j = 0; j < 5; j++) {
      assertTrue(Float.isFinite(y.get(0, j)));
      assertTrue(Float.isNaN(y.get(1, j)));
      assertTrue(Float.isFinite(y.get(2, j)));
    }
  }

  @Test
  void whatDoesNotFitIsRefusedWithTheNumbers() {
    SeededRandom random = new SeededRandom(8);
    String range = " and W is 12 x 7: r must be in 1..7, the rank that W can have";
    assertMessage("rank r is 0" + range, () -> Adapter.initial(12, 7, 0, 1, random));
    assertMessage("rank r is 8" + range, () -> Adapter.initial(12, 7, 8, 1, random));
    assertMessage("rank r is -1" + range, () -> Adapter.initial(12, 7, -1, 1, random));
    assertMessage("d_in is 0", () -> Adapter.initial(12, 0, 1, 1, random));
    assertMessage(
        "rank r is 8 and W is 7 x 12",
        () -> new Adapter(Matrix.zeros(8, 12), Matrix.zeros(7, 8), 1));
    for (double alpha : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertMessage("alpha is " + alpha, () -> Adapter.initial(12, 7, 2, alpha, random));
      assertMessage(
          "alpha is " + alpha, () -> new Adapter(Matrix.zeros(2, 7), Matrix.zeros(5, 2), alpha));
    }
    assertMessage(
        "A is 2 x 7 and B is 5 x 3: they must be r x d_in and d_out x r with one r",
        () -> new Adapter(Matrix.zeros(2, 7), Matrix.zeros(5, 3), 1));
    Adapter adapter = Adapter.initial(5, 7, 2, 3, random);
    assertMessage(
        "x is 4 x 6 and A is 2 x 7: both must have the same width d_in",
        () -> adapter.addTo(PLAIN, ONE, Matrix.zeros(4, 6), Matrix.zeros(4, 5)));
    assertMessage(
        "y is 3 x 5: it must be 4 x 5",
        () -> adapter.addTo(PLAIN, ONE, Matrix.zeros(4, 7), Matrix.zeros(3, 5)));
    assertMessage(
        "W is 7 x 5: it must be 5 x 7", () -> adapter.addDelta(PLAIN, ONE, Matrix.zeros(7, 5)));
    assertMessage(
        "dy is 4 x 7: it must be 4 x 5",
        () -> adapter.gradients(PLAIN, ONE, Matrix.zeros(4, 7), Matrix.zeros(4, 7)));
    assertMessage(
        "dy is 4 x 7 and B is 5 x 2",
        () -> adapter.addInputGradient(PLAIN, ONE, Matrix.zeros(4, 7), Matrix.zeros(4, 7)));
    assertMessage(
        "dx is 4 x 5: it must be 4 x 7",
        () -> adapter.addInputGradient(PLAIN, ONE, Matrix.zeros(4, 5), Matrix.zeros(4, 5)));
  }
}

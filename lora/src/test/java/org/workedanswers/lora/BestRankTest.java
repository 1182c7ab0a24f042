package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.workedanswers.lora.Reference.assertMessage;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class BestRankTest {
  private static double squares(Matrix m) {
    double sum = 0;
    for (double[] row : Reference.wide(m)) {
      for (double v : row) {
        sum += v * v;
      }
    }
    return sum;
  }

  private static Matrix minus(Matrix a, Matrix b) {
    Matrix c = a.copy();
    for (int i = 0; i < c.rows(); i++) {
      for (int j = 0; j < c.cols(); j++) {
        c.set(i, j, a.get(i, j) - b.get(i, j));
      }
    }
    return c;
  }

  /** σ of a matrix whose singular vectors are known: sines and cosines are orthogonal. */
  @Test
  void singularValuesAreTheKnownOnes() {
    double[] known = {5, 2, 0.5};
    int rows = 12;
    int cols = 7;
    Matrix m = Matrix.zeros(rows, cols);
    for (int k = 0; k < known.length; k++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          // Columns of the discrete cosine transform, DCT-II, of length rows and cols.
          double u = Math.sqrt(2.0 / rows) * Math.cos(Math.PI * (i + 0.5) * (k + 1) / rows);
          double v = Math.sqrt(2.0 / cols) * Math.cos(Math.PI * (j + 0.5) * (k + 1) / cols);
          m.set(i, j, m.get(i, j) + (float) (known[k] * u * v));
        }
      }
    }
    BestRank best = new BestRank(m);
    double[] sigma = best.singularValues();
    assertEquals(cols, sigma.length);
    for (int k = 0; k < cols; k++) {
      assertEquals(k < 3 ? known[k] : 0, sigma[k], 1e-6);
    }
    assertEquals(29.25, best.remaining(0), 1e-5);
    assertEquals(4.25, best.remaining(1), 1e-5);
    assertEquals(0.25, best.remaining(2), 1e-6);
    assertEquals(0, best.remaining(3), 1e-11);
    assertEquals(4.25 / 29.25, best.remainingShare(1), 1e-6);
    assertEquals(0, best.rankThatLeaves(1));
    assertEquals(1, best.rankThatLeaves(0.2));
    assertEquals(3, best.rankThatLeaves(1e-3));
  }

  @Test
  void itsAdapterLeavesWhatItSaysAndNoRandomOneLeavesLess() {
    SeededRandom random = new SeededRandom(1);
    for (int trial = 0; trial < 12; trial++) {
      int dOut = 2 + random.below(15);
      int dIn = 2 + random.below(15);
      int rank = 1 + random.below(Math.min(dOut, dIn));
      Matrix m = Reference.view(random, dOut, dIn, 1);
      BestRank best = new BestRank(m);
      assertEquals(squares(m), best.remaining(0), 1e-4);
      Adapter adapter = best.adapter(rank, 3.5 * rank);
      Matrix near = adapter.delta(PlainKernels.PLAIN, Loop.sequential());
      assertEquals(best.remaining(rank), squares(minus(m, near)), 1e-4 * squares(m));
      for (int other = 0; other < 20; other++) {
        // Near to the best one, where a better one would be.
        Adapter moved = new Adapter(adapter.a().copy(), adapter.b().copy(), adapter.alpha());
        for (int i = 0; i < moved.a().data().length; i++) {
          moved.a().data()[i] += (float) (0.05 * random.gaussian());
        }
        Matrix far = moved.delta(PlainKernels.PLAIN, Loop.sequential());
        assertTrue(squares(minus(m, far)) >= best.remaining(rank) * (1 - 1e-5));
      }
    }
  }

  /** On inputs x the best adapter is B = V_r, A = V_rᵀ ΔW / s, from the SVD of x ΔWᵀ. */
  @Test
  void ofTheOutputsItIsWhatTheBestAdapterReaches() {
    SeededRandom random = new SeededRandom(2);
    Matrix x = random.gaussian(40, 12, 1);
    Matrix delta = random.gaussian(9, 12, 1);
    PlainKernels plain = PlainKernels.PLAIN;
    Matrix outputs = plain.multiplyTransposed(x, delta);
    BestRank best = new BestRank(outputs);
    for (int rank = 1; rank <= 9; rank++) {
      // M_r = √σ U (√σ V)ᵀ: its B holds U, its A holds Vᵀ, both times √(σ / s) with s = 1 here.
      Matrix v = best.adapter(rank, rank).a().transposed(); // [9 x r]
      for (int k = 0; k < rank; k++) {
        double norm = Math.sqrt(best.singularValues()[k]);
        for (int j = 0; j < 9; j++) {
          v.set(j, k, (float) (v.get(j, k) / norm));
        }
      }
      Adapter adapter = new Adapter(plain.multiply(v.transposed(), delta), v, rank);
      Matrix y = Matrix.zeros(40, 9);
      adapter.addTo(plain, Loop.sequential(), x, y);
      assertEquals(
          best.remaining(rank), squares(minus(outputs, y)), 1e-4 * best.remaining(0), "r " + rank);
    }
  }

  @Test
  void zeroMatricesAndWrongOnes() {
    BestRank zero = new BestRank(Matrix.zeros(3, 5));
    assertEquals(0, zero.remainingShare(0));
    assertEquals(0, zero.rankThatLeaves(0));
    Matrix column = Matrix.of(new float[][] {{3}, {4}});
    assertEquals(5, new BestRank(column).singularValues()[0], 1e-12);
    assertEquals(5, new BestRank(column.transposed()).singularValues()[0], 1e-12);
    Matrix largest = Matrix.of(new float[][] {{-Float.MAX_VALUE}});
    assertEquals(Float.MAX_VALUE, new BestRank(largest).singularValues()[0], 1e25);
    assertMessage("rank r is 4 and W is 3 x 5", () -> zero.adapter(4, 1));
    assertMessage("M is 0 x 4: it must not be empty", () -> new BestRank(Matrix.zeros(0, 4)));
    Matrix nan = Matrix.zeros(2, 3);
    nan.set(1, 2, Float.NaN);
    assertMessage("M(1, 2) is NaN", () -> new BestRank(nan));
    nan.set(1, 2, Float.POSITIVE_INFINITY);
    assertMessage("M(1, 2) is Infinity", () -> new BestRank(nan));
    assertMessage("rank is 4: it must be in 0..3", () -> zero.remaining(4));
    assertMessage("rank r is 0 and W is 3 x 5", () -> zero.adapter(0, 1));
    assertMessage("alpha is 0.0", () -> zero.adapter(1, 0));
    assertMessage("share is 1.5", () -> zero.rankThatLeaves(1.5));
  }
}

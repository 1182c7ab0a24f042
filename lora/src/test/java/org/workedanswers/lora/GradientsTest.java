package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Closed forms against central differences of a loss that is computed in double precision. */
class GradientsTest {
  private static final double STEP = 1e-5;

  /** L = Σ cos(y + i + j): every output pulls another way. */
  private static double loss(double[][] y) {
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < y[i].length; j++) {
        sum += Math.cos(y[i][j] + i + j);
      }
    }
    return sum;
  }

  private static Matrix outputGradient(double[][] y, int dOut) {
    Matrix dy = Matrix.zeros(y.length, dOut);
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < dOut; j++) {
        dy.set(i, j, (float) -Math.sin(y[i][j] + i + j));
      }
    }
    return dy;
  }

  @Test
  void gradientsOfAAndBAndXAreThoseOfFiniteDifferences() {
    SeededRandom random = new SeededRandom(1);
    int[][] shapes = {{1, 1, 1, 1}, {3, 7, 2, 2}, {2, 3, 7, 3}, {5, 17, 9, 4}, {9, 2, 31, 1}};
    for (int[] shape : shapes) {
      int n = shape[0];
      Matrix w = Reference.view(random, shape[1], shape[2], 0.5);
      Matrix x = Reference.view(random, n, shape[2], 1);
      Adapter first = Reference.trained(random, shape[1], shape[2], shape[3]);
      Adapter second = Reference.trained(random, shape[1], shape[2], 1);
      double[][] a = Reference.wide(first.a());
      double[][] b = Reference.wide(first.b());
      double[][] input = Reference.wide(x);
      double[] scales = {first.alpha() / first.rank(), second.alpha()};
      List<double[][][]> ab =
          List.of(
              new double[][][] {a, b},
              new double[][][] {Reference.wide(second.a()), Reference.wide(second.b())});
      double[][] weight = Reference.wide(w);
      Matrix dy = outputGradient(Reference.outputs(input, weight, ab, scales), shape[1]);
      LoraLinear layer = new LoraLinear(w).add("one", first).add("two", second).use("one", "two");
      for (Kernels kernels : Reference.kernels()) {
        Adapter.Gradients g = first.gradients(kernels, Loop.sequential(), x, dy);
        Matrix dx = Matrix.zeros(n, shape[2]);
        dx.fill(Float.NaN);
        layer.backward(kernels, Loop.sequential(), dy, dx);
        Runnable checkAll =
            () -> {
              check(g.a(), a, () -> loss(Reference.outputs(input, weight, ab, scales)));
              check(g.b(), b, () -> loss(Reference.outputs(input, weight, ab, scales)));
              check(dx, input, () -> loss(Reference.outputs(input, weight, ab, scales)));
            };
        checkAll.run();
        // Merged, the input's gradient goes through W' and is the same but for rounding.
        Matrix merged = Matrix.zeros(n, shape[2]);
        layer.merge(kernels, Loop.sequential());
        layer.backward(kernels, Loop.sequential(), dy, merged);
        layer.unmerge();
        Reference.assertClose(Reference.wide(dx), merged, 1e-4, "merged");
      }
    }
  }

  private interface Loss {
    double value();
  }

  private static void check(Matrix gradient, double[][] parameter, Loss loss) {
    for (int i = 0; i < gradient.rows(); i++) {
      for (int j = 0; j < gradient.cols(); j++) {
        double before = parameter[i][j];
        parameter[i][j] = before + STEP;
        double up = loss.value();
        parameter[i][j] = before - STEP;
        double down = loss.value();
        parameter[i][j] = before;
        double want = (up - down) / (2 * STEP);
        assertEquals(want, gradient.get(i, j), 2e-4, "at " + i + ", " + j);
      }
    }
  }
}

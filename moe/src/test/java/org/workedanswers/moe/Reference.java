package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.apache.commons.math3.special.Erf;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/** Layers in double precision, token by token, as their formulas say; and random ones to try. */
final class Reference {
  static final List<Kernels> KERNELS = List.of(PlainKernels.PLAIN, KernelsChoice.best());

  private Reference() {}

  static double phi(Activation activation, double x) {
    switch (activation) {
      case GELU:
        return 0.5 * x * (1 + Erf.erf(x / Math.sqrt(2)));
      case GELU_TANH:
        return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case SILU:
        return x / (1 + Math.exp(-x));
      default:
        return Math.max(x, 0);
    }
  }

  /** A layer's weights, so that a test can compute with them itself. */
  record Layer(Activation activation, Matrix w1, float[] b1, Matrix v, Matrix w2, float[] b2) {
    FeedForward layer() {
      if (v != null) {
        return FeedForward.gated(activation, w1, v, w2);
      }
      return b1 == null
          ? FeedForward.dense(activation, w1, w2)
          : FeedForward.dense(activation, w1, b1, w2, b2);
    }

    double[] apply(float[] x) {
      double[] y = new double[w2.cols()];
      for (int j = 0; j < y.length; j++) {
        y[j] = b2 == null ? 0 : b2[j];
      }
      for (int u = 0; u < w1.cols(); u++) {
        double sum = b1 == null ? 0 : b1[u];
        double gate = v == null ? 1 : 0;
        for (int i = 0; i < x.length; i++) {
          sum += (double) x[i] * w1.get(i, u);
          gate += v == null ? 0 : (double) x[i] * v.get(i, u);
        }
        for (int j = 0; j < y.length; j++) {
          y[j] += phi(activation, sum) * gate * w2.get(u, j);
        }
      }
      return y;
    }
  }

  /** A layer of one of the three forms, its matrices views into larger arrays. */
  static Layer random(SeededRandom random, int width, int hidden) {
    Activation activation = Activation.values()[random.below(Activation.values().length)];
    Matrix w1 = view(random, width, hidden);
    Matrix w2 = view(random, hidden, width);
    return switch (random.below(3)) {
      case 0 -> new Layer(activation, w1, null, view(random, width, hidden), w2, null);
      case 1 -> new Layer(activation, w1, null, null, w2, null);
      default -> new Layer(activation, w1, floats(random, hidden), null, w2, floats(random, width));
    };
  }

  /** A random matrix that stands somewhere inside of a larger array. */
  static Matrix view(SeededRandom random, int rows, int cols) {
    Matrix around = random.gaussian(rows + random.below(3), cols + random.below(5), 0.5);
    int row = random.below(around.rows() - rows + 1);
    int col = random.below(around.cols() - cols + 1);
    return around.rows(row, row + rows).columns(col, col + cols);
  }

  static float[] floats(SeededRandom random, int n) {
    return random.gaussian(1, n, 1).data();
  }

  static void assertClose(double[][] expected, Matrix actual, double tolerance, String what) {
    assertEquals(expected.length, actual.rows());
    for (int i = 0; i < expected.length; i++) {
      for (int j = 0; j < expected[i].length; j++) {
        assertEquals(expected[i][j], actual.get(i, j), tolerance, what + " at " + i + ", " + j);
      }
    }
  }
}

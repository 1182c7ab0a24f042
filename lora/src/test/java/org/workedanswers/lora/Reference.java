package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

/** The formulas in double precision, written element by element, and what tests draw. */
final class Reference {
  /** Awkward sizes. */
  static final int[] SIZES = {1, 2, 3, 7, 17, 31, 33, 64, 65};

  private Reference() {}

  static List<Kernels> kernels() {
    List<Kernels> kernels = new ArrayList<>(List.of(PlainKernels.PLAIN));
    if (KernelsChoice.best() != PlainKernels.PLAIN) {
      kernels.add(KernelsChoice.best());
    }
    return kernels;
  }

  static double[][] wide(Matrix m) {
    double[][] values = new double[m.rows()][m.cols()];
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        values[i][j] = m.get(i, j);
      }
    }
    return values;
  }

  /** y = x Wᵀ + Σ α/r Σ Σ x A B, one output at a time; dIn stands alone since x may have no row. */
  static double[][] outputs(double[][] x, double[][] w, List<double[][][]> ab, double[] scales) {
    double[][] y = new double[x.length][w.length];
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < w.length; o++) {
        for (int j = 0; j < w[o].length; j++) {
          double weight = w[o][j];
          for (int m = 0; m < scales.length; m++) {
            for (int k = 0; k < ab.get(m)[0].length; k++) {
              weight += scales[m] * ab.get(m)[1][o][k] * ab.get(m)[0][k][j];
            }
          }
          y[i][o] += x[i][j] * weight;
        }
      }
    }
    return y;
  }

  static double[][] outputs(Matrix x, Matrix w, Adapter... adapters) {
    List<double[][][]> ab = new ArrayList<>();
    double[] scales = new double[adapters.length];
    for (int m = 0; m < adapters.length; m++) {
      ab.add(new double[][][] {wide(adapters[m].a()), wide(adapters[m].b())});
      scales[m] = adapters[m].alpha() / adapters[m].rank();
    }
    return outputs(wide(x), wide(w), ab, scales);
  }

  /** A trained adapter: neither A nor B is zero, α is not r. */
  static Adapter trained(SeededRandom random, int dOut, int dIn, int rank) {
    double alpha = rank * random.uniform(1.5, 4);
    return new Adapter(
        view(random, rank, dIn, 1 / Math.sqrt(dIn)),
        view(random, dOut, rank, 1 / Math.sqrt(rank)),
        alpha);
  }

  /** A matrix of normal numbers inside a larger array, with a stride of its own. */
  static Matrix view(SeededRandom random, int rows, int cols, double deviation) {
    int stride = cols + random.below(4);
    int offset = random.below(5);
    float[] data = new float[offset + rows * stride + cols];
    for (int i = 0; i < data.length; i++) {
      data[i] = (float) (deviation * random.gaussian());
    }
    return Matrix.view(data, offset, rows, cols, stride);
  }

  static int size(SeededRandom random) {
    return SIZES[random.below(SIZES.length)];
  }

  static void assertClose(double[][] want, Matrix got, double tolerance, String what) {
    assertEquals(want.length, got.rows(), what);
    for (int i = 0; i < want.length; i++) {
      assertEquals(want[i].length, got.cols(), what);
      for (int j = 0; j < want[i].length; j++) {
        assertEquals(want[i][j], got.get(i, j), tolerance, what + " at " + i + ", " + j);
      }
    }
  }

  static void assertMessage(String beginning, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }

  static void assertState(String beginning, Runnable call) {
    String message = assertThrows(IllegalStateException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }
}

package org.workedanswers.quantization;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.IntFormat.ScaleType;

/** Activations and formats for the tests of what is fitted to activations. */
final class Calibrating {
  private Calibrating() {}

  static final Loop ONE = Loop.sequential();

  /** Every kind of grid, for rows of a multiple of 64. */
  static List<Format> formats() {
    List<Format> all = new ArrayList<>();
    for (int bits : new int[] {8, 4, 3, 2}) {
      for (Grouping g :
          List.of(
              Grouping.TENSOR, Grouping.ROW, Grouping.of(1), Grouping.of(16), Grouping.of(64))) {
        all.add(IntFormat.absmax(bits, g, ScaleType.FP32));
        all.add(IntFormat.zeroPoint(bits, g, ScaleType.FP16));
      }
    }
    all.add(Nf4.qlora());
    all.add(Nf4.of(16, false));
    all.addAll(List.of(GgufType.values()));
    return all;
  }

  /** X = Z A: tokens whose inputs are correlated, A [in x in] from the seed alone. */
  static Matrix activations(long seed, long tokens, int n, int in) {
    SeededRandom shape = new SeededRandom(seed);
    Matrix a = shape.gaussian(Math.max(1, in / 2), in, 1);
    SeededRandom random = shape.split(tokens);
    Matrix x = PlainKernels.PLAIN.multiply(random.gaussian(n, a.rows(), 1 / Math.sqrt(in)), a);
    Matrix own = random.gaussian(n, in, 0.1);
    for (int i = 0; i < x.data().length; i++) {
      x.data()[i] += own.data()[i];
    }
    return x;
  }

  static CalibrationStatistics of(Matrix x) {
    CalibrationStatistics statistics = new CalibrationStatistics(x.cols());
    statistics.add(PlainKernels.PLAIN, ONE, x);
    return statistics;
  }

  /** c I, whose Hessian is 2 c² I. */
  static Matrix identity(int in, float c) {
    Matrix x = Matrix.zeros(in, in);
    for (int j = 0; j < in; j++) {
      x.set(j, j, c);
    }
    return x;
  }

  /** ‖X (W - Ŵ)ᵀ‖² in double. */
  static double squaredOutputError(Matrix x, Matrix w, Matrix back) {
    double sum = 0;
    for (int t = 0; t < x.rows(); t++) {
      for (int i = 0; i < w.rows(); i++) {
        double y = 0;
        for (int j = 0; j < w.cols(); j++) {
          y += (double) x.get(t, j) * ((double) w.get(i, j) - back.get(i, j));
        }
        sum += y * y;
      }
    }
    return sum;
  }

  /** The columns of m, column k being m's order[k]. */
  static Matrix columns(Matrix m, int[] order) {
    Matrix p = Matrix.zeros(m.rows(), m.cols());
    for (int i = 0; i < m.rows(); i++) {
      for (int k = 0; k < order.length; k++) {
        p.set(i, k, m.get(i, order[k]));
      }
    }
    return p;
  }
}

package org.workedanswers.answers.q09;

import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.BestRank;
import org.workedanswers.lora.Fit;
import org.workedanswers.lora.FrozenLinear;
import org.workedanswers.quantization.Nf4;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A task whose perfect solution is known: on inputs x the layer is to give what W + ΔW gives.
 *
 * <p>What a fit leaves of it is L at the end as a share of L at the start, so 1 is nothing learned
 * and 0 is all.
 */
final class UpdateTask {
  /** Steps of a fit in the working and in the claims. */
  static final int STEPS = 60;

  /** ‖ΔW‖ / ‖W‖ of an update that is drawn. */
  private static final double SIZE = 0.2;

  private final Kernels kernels;
  private final Loop loop;
  private final FrozenLinear base;
  private final Matrix x;
  private final Matrix delta;
  private final Matrix target;
  private BestRank best;

  private UpdateTask(Workbench bench, FrozenLinear base, Matrix x, Matrix delta, Matrix target) {
    this.kernels = bench.kernels();
    this.loop = bench.loop();
    this.base = base;
    this.x = x;
    this.delta = delta;
    this.target = target;
  }

  /** An update of known rank: a product of two normal matrices, a fifth of W in size. */
  static UpdateTask ofRank(Workbench bench, Matrix w, Matrix x, int rank, SeededRandom random) {
    Matrix u = random.gaussian(w.rows(), rank, 1);
    Matrix v = random.gaussian(rank, w.cols(), 1);
    Matrix delta = bench.kernels().multiply(u, v);
    float scale = (float) (SIZE * norm(w) / norm(delta));
    for (int i = 0; i < delta.data().length; i++) {
      delta.data()[i] *= scale;
    }
    return of(bench, FrozenLinear.of(w), w, x, delta);
  }

  /** A real update that nobody made small: from W rounded to NF4 back to W itself. */
  static UpdateTask undoingNf4(Workbench bench, Matrix w, Matrix x) {
    var rounded = Nf4.qlora().quantize(bench.loop(), w);
    Matrix delta = minus(w, rounded.dequantize());
    return new UpdateTask(
        bench, FrozenLinear.of(rounded), x, delta, bench.kernels().multiplyTransposed(x, w));
  }

  /** The same outputs asked of W in few bits: ΔW is also what rounding W has taken away. */
  UpdateTask onRounded(Workbench bench, Matrix w, QuantizedMatrix rounded) {
    Matrix more = minus(w, rounded.dequantize());
    for (int i = 0; i < more.data().length; i++) {
      more.data()[i] += delta.data()[i];
    }
    return new UpdateTask(bench, FrozenLinear.of(rounded), x, more, target);
  }

  /** Both tasks at once: ΔW is the sum of theirs. */
  UpdateTask plus(Workbench bench, Matrix w, UpdateTask other) {
    Matrix sum = delta.copy();
    for (int i = 0; i < sum.data().length; i++) {
      sum.data()[i] += other.delta.data()[i];
    }
    return of(bench, base, w, x, sum);
  }

  private static UpdateTask of(
      Workbench bench, FrozenLinear base, Matrix w, Matrix x, Matrix delta) {
    Matrix wanted = w.copy();
    for (int i = 0; i < wanted.data().length; i++) {
      wanted.data()[i] += delta.data()[i];
    }
    return new UpdateTask(bench, base, x, delta, bench.kernels().multiplyTransposed(x, wanted));
  }

  FrozenLinear base() {
    return base;
  }

  /** ΔW [d_out x d_in]. */
  Matrix delta() {
    return delta;
  }

  Fit fit() {
    return new Fit(kernels, loop, x, target);
  }

  /** Trains an adapter in place; what is left of the task before each step and after the last. */
  double[] train(Adapter adapter) {
    // Adam moves every entry of A and B by about η, so s B A moves by s √r times that.
    double rate = 0.08 / (adapter.scale() * Math.sqrt(adapter.rank()));
    return shares(fit().adapter(base, adapter, STEPS, rate));
  }

  /** Trains a copy of all of W; what is left of the task before each step and after the last. */
  double[] trainAll(Matrix w) {
    return shares(fit().full(w.copy(), STEPS, 0.002));
  }

  private static double[] shares(double[] losses) {
    double[] left = new double[losses.length];
    for (int t = 0; t < left.length; t++) {
      left[t] = losses[t] / losses[0];
    }
    return left;
  }

  /** What a layer's outputs leave of the task; above 1 they are farther off than the base's. */
  double left(Matrix y) {
    return fit().loss(y) / start();
  }

  /** The loss of the base alone. */
  double start() {
    Matrix bare = Matrix.zeros(x.rows(), base.dOut());
    base.forward(kernels, loop, x, bare);
    return fit().loss(bare);
  }

  /** The least that any adapter of rank r leaves: Eckart and Young, on x ΔWᵀ. */
  double leastLeft(int rank) {
    return best().remainingShare(Math.min(rank, best().singularValues().length));
  }

  private BestRank best() {
    if (best == null) {
      best = new BestRank(kernels.multiplyTransposed(x, delta));
    }
    return best;
  }

  /** ‖M‖, Frobenius. */
  static double norm(Matrix m) {
    double sum = 0;
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        sum += (double) m.get(i, j) * m.get(i, j);
      }
    }
    return Math.sqrt(sum);
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
}

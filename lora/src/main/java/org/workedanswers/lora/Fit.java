package org.workedanswers.lora;

import org.workedanswers.core.Adam;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/**
 * Training one layer to give wanted outputs, by an adapter or by all of its weights, with Adam.
 *
 * <pre>
 * L  = ‖y - y*‖² / (2 n)            y* [n x d_out] the wanted outputs
 * dy = ∂L/∂y = (y - y*) / n
 *
 * adapter:  y = x Wᵀ + s x Aᵀ Bᵀ    steps A and B by {@link Adapter#gradients}
 * full:     y = x Wᵀ                steps W by ∂L/∂W = dyᵀ x   [d_out x n] [n x d_in]
 * </pre>
 *
 * All tokens take part in each step, so a fit draws no random numbers. Since W is frozen, x Wᵀ is
 * computed once for all steps of an adapter; a full fit can't do that. The learning rate falls
 * along half a cosine from η to η / 100.
 *
 * <p>Source: Hu et al., 2021, section 4; Kingma and Ba, 2015, for Adam.
 */
public final class Fit {
  private final Kernels kernels;
  private final Loop loop;
  private final Matrix x;
  private final Matrix target;

  /**
   * A task: inputs and the outputs that are wanted for them.
   *
   * @param x [n x d_in]
   * @param target y* [n x d_out]
   * @throws IllegalArgumentException if there is no token, or not as many outputs as inputs
   */
  public Fit(Kernels kernels, Loop loop, Matrix x, Matrix target) {
    Check.that(
        x.rows() >= 1 && x.rows() == target.rows(),
        "x is %s and target is %s: both must have the same number of rows, at least one",
        x,
        target);
    this.kernels = kernels;
    this.loop = loop;
    this.x = x;
    this.target = target;
  }

  /** L of outputs y [n x d_out], summed in double. */
  public double loss(Matrix y) {
    Check.shape("y", y, target.rows(), target.cols());
    double sum = 0;
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.cols(); j++) {
        double difference = (double) y.get(i, j) - target.get(i, j);
        sum += difference * difference;
      }
    }
    return sum / (2 * y.rows());
  }

  /**
   * Trains A and B of an adapter in place; the base is left alone.
   *
   * @param rate η of Adam at the first step
   * @return the loss before each step and after the last: steps + 1 values
   * @throws IllegalArgumentException if a shape does not fit, steps is negative or η is not above 0
   */
  public double[] adapter(FrozenLinear base, Adapter adapter, int steps, double rate) {
    Schedule schedule = new Schedule(steps, rate);
    Adam adamA = new Adam(adapter.rank(), adapter.dIn(), rate);
    Adam adamB = new Adam(adapter.dOut(), adapter.rank(), rate);
    Matrix xw = Matrix.zeros(x.rows(), base.dOut()); // x Wᵀ, the same at every step
    base.forward(kernels, loop, x, xw);
    Matrix y = xw.copy();
    double[] losses = new double[steps + 1];
    for (int t = 0; t <= steps; t++) {
      y.set(xw);
      Matrix h = adapter.down(kernels, loop, x);
      adapter.up(kernels, loop, h, 1, y);
      losses[t] = loss(y);
      if (t < steps) {
        Adapter.Gradients g = adapter.gradients(kernels, loop, x, h, outputGradient(y));
        adamA.step(adapter.a(), g.a(), schedule.at(t));
        adamB.step(adapter.b(), g.b(), schedule.at(t));
      }
    }
    return losses;
  }

  /**
   * Trains all of a weight W [d_out x d_in] in place: full fine-tuning.
   *
   * @param rate η of Adam at the first step
   * @return the loss before each step and after the last: steps + 1 values
   * @throws IllegalArgumentException if a shape does not fit, steps is negative or η is not above 0
   */
  public double[] full(Matrix w, int steps, double rate) {
    Schedule schedule = new Schedule(steps, rate);
    Adam adam = new Adam(w.rows(), w.cols(), rate);
    FrozenLinear layer = FrozenLinear.of(w);
    Matrix y = Matrix.zeros(x.rows(), w.rows());
    Matrix dw = Matrix.zeros(w.rows(), w.cols());
    double[] losses = new double[steps + 1];
    for (int t = 0; t <= steps; t++) {
      layer.forward(kernels, loop, x, y);
      losses[t] = loss(y);
      if (t < steps) {
        kernels.gemm(loop, 1, outputGradient(y), Op.T, x, Op.N, 0, dw);
        adam.step(w, dw, schedule.at(t));
      }
    }
    return losses;
  }

  /** Overwrites y with dy = (y - y*) / n. */
  private Matrix outputGradient(Matrix y) {
    float n = y.rows();
    for (int i = 0; i < y.rows(); i++) {
      for (int j = 0; j < y.cols(); j++) {
        int ij = y.index(i, j);
        y.data()[ij] = (y.data()[ij] - target.data()[target.index(i, j)]) / n;
      }
    }
    return y;
  }

  /** The learning rate at step t: half a cosine from η to η / 100. */
  private record Schedule(int steps, double rate) {
    private static final double LAST = 0.01;

    Schedule {
      Check.that(steps >= 0, "steps is %d: it must not be negative", steps);
      Check.positive("learning rate", rate);
    }

    double at(int t) {
      return rate * (LAST + (1 - LAST) * (1 + Math.cos(Math.PI * t / steps)) / 2);
    }
  }
}

package org.workedanswers.answers.q02;

import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/**
 * The size of a gradient without backpropagation.
 *
 * <pre>
 * v ~ N(0, I)              ∇L · v ~ N(0, ‖∇L‖²)     E[(∇L · v)²] = ‖∇L‖²
 * ∇L · v ≈ (L(W + ε v) - L(W - ε v)) / 2ε
 * </pre>
 *
 * Of K directions, the sum of (∇L · v)² / ‖∇L‖² has the χ² distribution with K degrees of freedom,
 * exactly: that bounds the error. What ε and rounding add is small beside it.
 */
final class GradientEstimate {
  private static final double EPSILON = 2e-3;

  /** A loss as a function of weights that {@link #meanSquare} moves and moves back. */
  interface Loss {
    double of(Matrix[] weights);
  }

  private GradientEstimate() {}

  /** The estimate of ‖∇L‖² at {@code weights} from this many directions. */
  static double meanSquare(Loss loss, Matrix[] weights, int directions, SeededRandom random) {
    double sum = 0;
    for (int k = 0; k < directions; k++) {
      Matrix[] up = new Matrix[weights.length];
      Matrix[] down = new Matrix[weights.length];
      for (int i = 0; i < weights.length; i++) {
        Matrix v = random.gaussian(weights[i].rows(), weights[i].cols(), 1);
        up[i] = moved(weights[i], v, EPSILON);
        down[i] = moved(weights[i], v, -EPSILON);
      }
      double slope = (loss.of(up) - loss.of(down)) / (2 * EPSILON);
      sum += slope * slope;
    }
    return sum / directions;
  }

  private static Matrix moved(Matrix w, Matrix v, double by) {
    Matrix moved = w.copy();
    for (int i = 0; i < moved.data().length; i++) {
      moved.data()[i] += (float) (by * v.data()[i]);
    }
    return moved;
  }

  /** The factors within which √ of the estimate is of ‖∇L‖, {low, high}, in 95 of 100 cases. */
  static double[] factors(int directions) {
    ChiSquaredDistribution chi = new ChiSquaredDistribution(directions);
    return new double[] {
      Math.sqrt(chi.inverseCumulativeProbability(0.025) / directions),
      Math.sqrt(chi.inverseCumulativeProbability(0.975) / directions)
    };
  }
}

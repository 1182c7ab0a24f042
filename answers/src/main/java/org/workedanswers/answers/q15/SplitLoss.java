package org.workedanswers.answers.q15;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.Gating;
import org.workedanswers.moe.Routing;

/** What a layer that was split loses when some of its parts are left out. */
final class SplitLoss {
  private final List<Matrix> parts; // one an expert [n x d]

  SplitLoss(List<Matrix> parts) {
    this.parts = parts;
  }

  /**
   * Which k parts to choose if one knew them beforehand: one after the other the one that leaves
   * the least missing. A routing whose logits say the order.
   */
  Routing hindsight(Kernels kernels, int k) {
    Matrix order = Matrix.zeros(parts.get(0).rows(), parts.size());
    for (int t = 0; t < order.rows(); t++) {
      double[] missing = sum(t);
      for (int rank = 0; rank < k; rank++) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int e = 0; e < parts.size(); e++) {
          double left = order.get(t, e) > 0 ? Double.NaN : lengthWithout(missing, t, e);
          if (left < least) {
            least = left;
            best = e;
          }
        }
        subtract(missing, t, best);
        order.set(t, best, parts.size() - rank);
      }
    }
    return Routing.of(kernels, order, k, Gating.UNWEIGHTED);
  }

  /** All parts of a token together, [d]. */
  private double[] sum(int token) {
    double[] sum = new double[parts.get(0).cols()];
    for (Matrix part : parts) {
      for (int j = 0; j < sum.length; j++) {
        sum[j] += part.get(token, j);
      }
    }
    return sum;
  }

  private void subtract(double[] missing, int token, int part) {
    for (int j = 0; j < missing.length; j++) {
      missing[j] -= parts.get(part).get(token, j);
    }
  }

  private double lengthWithout(double[] missing, int token, int part) {
    double squares = 0;
    for (int j = 0; j < missing.length; j++) {
      double left = missing[j] - parts.get(part).get(token, j);
      squares += left * left;
    }
    return Math.sqrt(squares);
  }

  /** The length of all parts of a token together. */
  double length(int token) {
    return length(sum(token));
  }

  private static double length(double[] v) {
    double squares = 0;
    for (double x : v) {
      squares += x * x;
    }
    return Math.sqrt(squares);
  }

  /** ‖what the token did not get‖ / ‖all parts together‖. */
  double of(Routing routing, int token) {
    double[] missing = sum(token);
    for (int e : routing.experts()[token]) {
      subtract(missing, token, e);
    }
    return length(missing) / length(token);
  }

  /** The median over the tokens. */
  double median(Routing routing) {
    double[] losses = new double[routing.tokens()];
    for (int t = 0; t < losses.length; t++) {
      losses[t] = of(routing, t);
    }
    Arrays.sort(losses);
    return losses[losses.length / 2];
  }
}

package org.workedanswers.core;

/**
 * Adam, for one parameter matrix.
 *
 * <pre>
 * m ← β₁ m + (1 - β₁) g          first moment
 * v ← β₂ v + (1 - β₂) g²         second moment
 * θ ← θ - η (m / (1 - β₁ᵗ)) / (√(v / (1 - β₂ᵗ)) + ε)
 * </pre>
 *
 * g is the gradient, θ the parameter, t the number of steps taken, η the learning rate. Source:
 * Kingma and Ba, <i>Adam: A Method for Stochastic Optimization</i>, 2015, Algorithm 1.
 *
 * <p>It keeps two float32 values for each parameter: {@link #STATE_BYTES_PER_PARAMETER} bytes.
 */
public final class Adam {
  /** Bytes of optimizer state for each trained parameter: m and v in float32. */
  public static final int STATE_BYTES_PER_PARAMETER = 8;

  private final double learningRate;
  private final double beta1;
  private final double beta2;
  private final double epsilon;
  private final Matrix m;
  private final Matrix v;
  private int t;

  /** Adam for a {@code rows x cols} parameter with the paper's β₁ 0.9, β₂ 0.999, ε 10⁻⁸. */
  public Adam(int rows, int cols, double learningRate) {
    this(rows, cols, learningRate, 0.9, 0.999, 1e-8);
  }

  /**
   * Adam for a {@code rows x cols} parameter.
   *
   * @throws IllegalArgumentException if η or ε is not above 0, or a β is not in [0, 1)
   */
  public Adam(int rows, int cols, double learningRate, double beta1, double beta2, double epsilon) {
    this.learningRate = Check.positive("learning rate", learningRate);
    Check.that(beta1 >= 0 && beta1 < 1, "beta1 is %s: it must be in [0, 1)", beta1);
    Check.that(beta2 >= 0 && beta2 < 1, "beta2 is %s: it must be in [0, 1)", beta2);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.epsilon = Check.positive("epsilon", epsilon);
    this.m = Matrix.zeros(rows, cols);
    this.v = Matrix.zeros(rows, cols);
  }

  /**
   * One step: changes {@code parameter} in place by {@code gradient}, both of Adam's shape.
   *
   * @throws IllegalArgumentException if a shape differs
   */
  public void step(Matrix parameter, Matrix gradient) {
    step(parameter, gradient, learningRate);
  }

  /**
   * {@link #step(Matrix, Matrix)} with a learning rate for this step alone, as a schedule gives it.
   *
   * @throws IllegalArgumentException if a shape differs or the rate is not a finite number above 0
   */
  public void step(Matrix parameter, Matrix gradient, double rate) {
    Check.positive("learning rate", rate);
    Check.shape("parameter", parameter, m.rows(), m.cols());
    Check.shape("gradient", gradient, m.rows(), m.cols());
    t++;
    double correction1 = 1 - Math.pow(beta1, t);
    double correction2 = 1 - Math.pow(beta2, t);
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        double g = gradient.data()[gradient.index(i, j)];
        int s = m.index(i, j);
        m.data()[s] = (float) (beta1 * m.data()[s] + (1 - beta1) * g);
        v.data()[s] = (float) (beta2 * v.data()[s] + (1 - beta2) * g * g);
        double step =
            rate * (m.data()[s] / correction1) / (Math.sqrt(v.data()[s] / correction2) + epsilon);
        parameter.data()[parameter.index(i, j)] -= (float) step;
      }
    }
  }
}

package org.workedanswers.transformer;

import java.util.Optional;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.moe.Activation;
import org.workedanswers.moe.MixtureOfExperts;

/**
 * The dense feed-forward part, of linear layers in any format:
 *
 * <pre>
 * dense   y = φ(x W₁ᵀ + b₁) W₂ᵀ + b₂         up W₁ [d_ff x d], down W₂ [d x d_ff]
 * gated   y = (φ(x Gᵀ) ⊙ x W₁ᵀ) W₂ᵀ          gate G [d_ff x d]
 * </pre>
 *
 * Sources: Vaswani et al. 2017, section 3.3, equation 2; Shazeer, <i>GLU Variants Improve
 * Transformer</i>, 2020, equation 6 (with {@link Activation#SILU} SwiGLU).
 */
public final class Mlp implements FeedForwardPart {
  private final Linear first; // up, or gate and up side by side
  private final Linear down;
  private final Activation activation;
  private final boolean gated;

  private Mlp(Linear first, Linear down, Activation activation, boolean gated) {
    int hidden = gated ? first.out() / 2 : first.out();
    Check.that(
        down.in() == hidden && down.out() == first.in(),
        "up is %d x %d and down is %d x %d: they must be d_ff x d and d x d_ff",
        hidden,
        first.in(),
        down.out(),
        down.in());
    this.first = first;
    this.down = down;
    this.activation = activation;
    this.gated = gated;
  }

  /**
   * φ(x W₁ᵀ + b₁) W₂ᵀ + b₂.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Mlp dense(Linear up, Linear down, Activation activation) {
    return new Mlp(up, down, activation, false);
  }

  /**
   * (φ(x Gᵀ) ⊙ x W₁ᵀ) W₂ᵀ.
   *
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Mlp gated(Linear gate, Linear up, Linear down, Activation activation) {
    Check.that(
        gate.out() == up.out(),
        "gate has %d outputs and up has %d: both must have d_ff",
        gate.out(),
        up.out());
    return new Mlp(Linear.sideBySide(gate, up), down, activation, true);
  }

  @Override
  public int width() {
    return first.in();
  }

  /** d_ff, how many hidden units there are. */
  public int hidden() {
    return down.in();
  }

  @Override
  public Optional<MixtureOfExperts.Trace> apply(
      Compute compute, Workspace workspace, Matrix x, Matrix y) {
    Matrix h = workspace.get(Workspace.Slot.HIDDEN, x.rows(), first.out()); // [n x d_ff] or twice
    first.apply(compute, x, h);
    Matrix a = h.columns(0, hidden());
    activation.apply(compute.kernels(), a);
    if (gated) {
      multiply(a, h.columns(hidden(), 2 * hidden()));
    }
    down.apply(compute, a, y);
    return Optional.empty();
  }

  /** a ← a ⊙ b. The JIT makes vector code of a loop where all arrays are read from their start. */
  private static void multiply(Matrix a, Matrix b) {
    float[] x = new float[a.cols()];
    float[] y = new float[a.cols()];
    for (int i = 0; i < a.rows(); i++) {
      System.arraycopy(a.data(), a.index(i, 0), x, 0, x.length);
      System.arraycopy(b.data(), b.index(i, 0), y, 0, y.length);
      for (int j = 0; j < x.length; j++) {
        x[j] *= y[j];
      }
      System.arraycopy(x, 0, a.data(), a.index(i, 0), x.length);
    }
  }

  @Override
  public long parameters() {
    return first.parameters() + down.parameters();
  }

  @Override
  public long bytes() {
    return first.bytes() + down.bytes();
  }
}

package org.workedanswers.transformer;

import java.util.Arrays;
import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.Packed;

/**
 * A {@link Linear} in float32. Where the kernels prefer it, Wᵀ [in x out] is packed once, in panels
 * of as many columns as they want, and a product runs through it from front to back.
 *
 * <p>Rows are taken {@value #ROWS} at a time and inputs {@value #DEPTH} at a time, so that what is
 * used again stays in the caches. Each {@value #DEPTH} inputs are summed for themselves, then these
 * sums: of many inputs that is nearer to the exact sum than one after the other, and always the
 * same.
 */
final class DenseLinear implements Linear {
  /** Rows of x that pass a panel together. */
  private static final int ROWS = 96;

  /** Inputs that are multiplied before the next panel's turn comes: 8 KiB of 16 columns. */
  private static final int DEPTH = 128;

  private final int in;
  private final int out;
  private final float[] bias; // null: none

  // Wᵀ [in x out] in one of two forms, that of the kernels that came last; the other is null.
  private volatile Weight weight;

  private record Weight(Matrix plain, Packed packed) {}

  /** W is op(m) [in x out]. */
  DenseLinear(Matrix m, Op op, float[] bias) {
    Check.that(m.rows() >= 1 && m.cols() >= 1, "W is %s: it must not be empty", m);
    in = op.rows(m);
    out = op.cols(m);
    Linear.checkBias(out, bias);
    this.bias = bias;
    Kernels kernels = KernelsChoice.best();
    if (kernels.prefersPacked()) {
      weight = new Weight(null, packed(m, op, kernels));
    } else {
      weight = new Weight(op == Op.N ? m.copy() : m.transposed(), null);
    }
  }

  /** Layers side by side as one: the columns of all of them. */
  static DenseLinear joined(DenseLinear[] parts) {
    int out = Arrays.stream(parts).mapToInt(p -> p.out).sum();
    Matrix w = Matrix.zeros(parts[0].in, out);
    float[] bias = Arrays.stream(parts).anyMatch(p -> p.bias != null) ? new float[out] : null;
    int at = 0;
    for (DenseLinear part : parts) {
      part.unpack(w.columns(at, at + part.out));
      if (part.bias != null) {
        System.arraycopy(part.bias, 0, bias, at, part.out);
      }
      at += part.out;
    }
    return new DenseLinear(w, Op.N, bias);
  }

  private Packed packed(Matrix m, Op op, Kernels kernels) {
    Packed w = new Packed(in, out, kernels.panelWidth());
    w.set(m, op);
    return w;
  }

  private void unpack(Matrix to) {
    Weight w = weight;
    if (w.plain() != null) {
      to.set(w.plain());
      return;
    }
    Packed panels = w.packed();
    for (int i = 0; i < in; i++) {
      for (int j = 0; j < out; j += panels.width()) {
        int n = Math.min(panels.width(), out - j);
        System.arraycopy(panels.data(), panels.index(i, j), to.data(), to.index(i, j), n);
      }
    }
  }

  /** Column i of Wᵀ, whichever form it has. */
  @Override
  public void row(int i, float[] into, int at) {
    Weight w = weight;
    if (w.plain() != null) {
      for (int k = 0; k < in; k++) {
        into[at + k] = w.plain().get(k, i);
      }
      return;
    }
    Packed panels = w.packed();
    int column = i % panels.width();
    for (int k = 0; k < in; k++) {
      into[at + k] = panels.data()[panels.index(k, i) + column];
    }
  }

  @Override
  public int in() {
    return in;
  }

  @Override
  public int out() {
    return out;
  }

  /** The weight as these kernels want it; changed if the last ones wanted it otherwise. */
  private Weight weight(Kernels kernels) {
    Weight w = weight;
    boolean fits =
        kernels.prefersPacked()
            ? w.packed() != null && w.packed().width() == kernels.panelWidth()
            : w.plain() != null;
    if (!fits) {
      Matrix plain = Matrix.zeros(in, out);
      unpack(plain);
      w =
          kernels.prefersPacked()
              ? new Weight(null, packed(plain, Op.N, kernels))
              : new Weight(plain, null);
      weight = w;
    }
    return w;
  }

  @Override
  public void apply(Compute compute, Matrix x, Matrix y) {
    Linear.checkShapes(this, x, y);
    Weight form = weight(compute.kernels());
    if (form.plain() != null) {
      setBias(0, y);
      int keep = bias == null ? 0 : 1;
      compute.kernels().gemm(compute.loop(), 1, x, Op.N, form.plain(), Op.N, keep, y);
      return;
    }
    Packed w = form.packed();
    int threads = compute.loop().threads();
    if (threads == 1) {
      part(compute.kernels(), w, x, y, 0, out);
    } else if (x.rows() >= 12 * threads) {
      compute
          .loop()
          .ranges(
              (x.rows() + 5) / 6, // kernels take six rows at a time
              (from, to) -> {
                int last = Math.min(6 * to, x.rows());
                part(compute.kernels(), w, x.rows(6 * from, last), y.rows(6 * from, last), 0, out);
              });
    } else {
      compute
          .loop()
          .ranges(
              (out + w.width() - 1) / w.width(),
              (from, to) ->
                  part(
                      compute.kernels(), w, x, y, from * w.width(), Math.min(to * w.width(), out)));
    }
  }

  /** The outputs {@code from} to {@code to}, whole panels but for the last of all. */
  private void part(Kernels kernels, Packed w, Matrix x, Matrix y, int from, int to) {
    int whole = from + (to - from) / w.width() * w.width();
    for (int r = 0; r < x.rows(); r += ROWS) {
      int end = Math.min(r + ROWS, x.rows());
      Matrix rows = x.rows(r, end);
      if (whole > from) {
        panels(kernels, w, rows, from, y.rows(r, end).columns(from, whole));
      }
      if (whole < to) {
        Matrix last = Matrix.zeros(end - r, w.width());
        panels(kernels, w, rows, whole, last);
        y.rows(r, end).columns(whole, to).set(last.columns(0, to - whole));
      }
    }
  }

  /** y = x Wᵀ + b for the columns from {@code from} on, whole panels of them. */
  private void panels(Kernels kernels, Packed w, Matrix x, int from, Matrix y) {
    setBias(from, y);
    for (int k = 0; k < in; k += DEPTH) {
      Matrix part = x.columns(k, Math.min(k + DEPTH, in));
      kernels.gemm(part, w, k, from, bias != null || k > 0, y);
    }
  }

  /**
   * Every row of y becomes b from {@code from} on, as far as it goes; nothing where there is none.
   */
  private void setBias(int from, Matrix y) {
    int n = Math.min(y.cols(), out - from);
    for (int i = 0; bias != null && i < y.rows(); i++) {
      System.arraycopy(bias, from, y.data(), y.index(i, 0), n);
    }
  }

  @Override
  public long parameters() {
    return (long) in * out + (bias == null ? 0 : out);
  }

  @Override
  public long bytes() {
    Weight w = weight;
    long values = w.plain() == null ? w.packed().data().length : (long) in * out;
    return Float.BYTES * (values + (bias == null ? 0 : out));
  }
}

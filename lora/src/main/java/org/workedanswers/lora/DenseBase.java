package org.workedanswers.lora;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;

/** A frozen weight in float32. */
record DenseBase(Matrix w) implements FrozenLinear {
  DenseBase {
    Check.that(w.rows() >= 1 && w.cols() >= 1, "W is %s: it must not be empty", w);
  }

  @Override
  public int dOut() {
    return w.rows();
  }

  @Override
  public int dIn() {
    return w.cols();
  }

  @Override
  public void forward(Kernels kernels, Loop loop, Matrix x, Matrix y) {
    Check.that(x.cols() == dIn(), "x is %s and W is %s: both must have the same width d_in", x, w);
    Check.shape("y", y, x.rows(), dOut());
    kernels.gemm(loop, 1, x, Op.N, w, Op.T, 0, y);
  }

  @Override
  public void backward(Kernels kernels, Loop loop, Matrix dy, Matrix dx) {
    Check.that(dy.cols() == dOut(), "dy is %s and W is %s: dy's width must be d_out", dy, w);
    Check.shape("dx", dx, dy.rows(), dIn());
    kernels.gemm(loop, 1, dy, Op.N, w, Op.N, 0, dx);
  }

  @Override
  public long storageBytes() {
    return (long) w.rows() * w.cols() * Float.BYTES;
  }
}

package org.workedanswers.peers;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.workedanswers.core.Matrix;

/** Tensors of libtorch, which stand outside of Java's heap, and its one thread. */
final class Torch {
  private Torch() {}

  /** Holds libtorch to one thread; its products take all processors otherwise. */
  static void oneThread() {
    torch.set_num_threads(1);
  }

  /** A copy of a matrix. */
  static Tensor tensor(Matrix m) {
    float[] rows = m.copy().data();
    try (FloatPointer data = new FloatPointer(rows)) {
      // The clone owns its memory: the pointer is gone when the tensor is used.
      return torch.from_blob(data, m.rows(), m.cols()).clone();
    }
  }

  /** A tensor of two dimensions as a matrix. */
  static Matrix matrix(Tensor t) {
    Matrix m = Matrix.zeros((int) t.size(0), (int) t.size(1));
    try (Tensor rows = t.contiguous();
        FloatPointer data = new FloatPointer((Pointer) rows.data_ptr_float())) {
      data.get(m.data());
    }
    return m;
  }
}

package org.workedanswers.lora;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.quantization.QuantizedMatrix;

/**
 * A frozen weight in few bits. With NF4 and double quantisation this is QLoRA's base:
 *
 * <pre>
 * y = x Ŵᵀ + s (x Aᵀ) Bᵀ          Ŵ = doubleDequant(c₁, c₂, W in NF4)
 * </pre>
 *
 * <p>Neither way is the whole of Ŵ ever wide: {@link QuantizedMatrix#TILE} rows at a time are, and
 * the gradient reaches A and B through Ŵ without a gradient of Ŵ itself.
 *
 * <p>Source: Dettmers, Pagnoni, Holtzman, Zettlemoyer, <i>QLoRA: Efficient Finetuning of Quantized
 * LLMs</i>, 2023, section 3, equation 5.
 */
record QuantizedBase(QuantizedMatrix w) implements FrozenLinear {
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
    w.multiplyTransposed(kernels, loop, x, y);
  }

  @Override
  public void backward(Kernels kernels, Loop loop, Matrix dy, Matrix dx) {
    Check.that(
        dy.cols() == dOut(),
        "dy is %s and W is %d x %d: dy's width must be d_out",
        dy,
        dOut(),
        dIn());
    Check.shape("dx", dx, dy.rows(), dIn());
    dx.fill(0);
    Matrix tile = Matrix.zeros(Math.min(QuantizedMatrix.TILE, dOut()), dIn());
    for (int first = 0; first < dOut(); first += tile.rows()) {
      int end = Math.min(first + tile.rows(), dOut());
      for (int i = first; i < end; i++) {
        w.dequantizeRow(i, tile.data(), tile.index(i - first, 0));
      }
      // dx += dy[:, first..end] tile   [n x d_in]
      Matrix rows = tile.rows(0, end - first);
      kernels.gemm(loop, 1, dy.columns(first, end), Op.N, rows, Op.N, 1, dx);
    }
  }

  @Override
  public long storageBytes() {
    return w.storageBytes();
  }
}

package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.BlockMatrix;
import org.workedanswers.quantization.GgufMatrix;
import org.workedanswers.quantization.GgufType;

/**
 * y = W x for W [4096 x 4096], as in generating one token: each weight is read once.
 *
 * @param w W in fp32
 * @param x x, [1 x 4096]
 */
public record MatrixByVector(Matrix w, Matrix x) {
  /** Rows and columns of W. */
  public static final int N = 4096;

  /** Random operands; y is about 1. */
  public static MatrixByVector random() {
    SeededRandom random = new SeededRandom(13);
    return new MatrixByVector(random.uniform(N, N, -1, 1), random.gaussian(1, N, 1 / Math.sqrt(N)));
  }

  /** The fp32 product. */
  public Contender f32() {
    Kernels kernels = Ours.kernels();
    Matrix y = Matrix.zeros(1, N);
    return Contender.of("our fp32", () -> kernels.gemm(1, x, Op.N, w, Op.T, 0, y));
  }

  /** The product with W in blocks of a type, repacked, and x in blocks of bytes. */
  public Contender ours(GgufType type) {
    return blocks(type + " repacked", quantized(type).repacked());
  }

  /** The product with W in GGUF's own layout. */
  public Contender gguf(GgufType type) {
    return blocks(type + " in GGUF's layout", quantized(type));
  }

  private GgufMatrix quantized(GgufType type) {
    return type.quantize(Ours.kernels(), Loop.sequential(), w);
  }

  private Contender blocks(String name, BlockMatrix quantized) {
    Kernels kernels = Ours.kernels();
    Matrix y = Matrix.zeros(1, N);
    Runnable call = () -> quantized.multiplyTransposedQ8(kernels, Loop.sequential(), x, y);
    call.run();
    check(name, quantized, y);
    return Contender.of(name, call);
  }

  /** Throws unless a product is that of plain kernels with the same quantised weights. */
  private void check(String what, BlockMatrix quantized, Matrix y) {
    Matrix want = Matrix.zeros(1, N);
    quantized.multiplyTransposedQ8(PlainKernels.PLAIN, Loop.sequential(), x, want);
    Same.check(what, want, y, 1e-4);
  }

  /**
   * Throws unless y is W x in fp32 but for what four bits lose: 8 % of y's root mean square in each
   * element on the mean, for uniform weights.
   */
  public void checkWide(String what, Matrix y) {
    Matrix want = Ours.kernels().multiplyTransposed(x, w);
    double off = 0;
    double all = 0;
    for (int j = 0; j < N; j++) {
      off += Math.pow(y.get(0, j) - want.get(0, j), 2);
      all += Math.pow(want.get(0, j), 2);
    }
    double relative = Math.sqrt(off / all);
    if (!(relative <= 0.12)) {
      throw new IllegalStateException(what + " is off by " + relative + " of W x");
    }
  }
}

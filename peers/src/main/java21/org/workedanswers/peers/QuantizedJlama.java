package org.workedanswers.peers;

import com.github.tjake.jlama.safetensors.DType;
import com.github.tjake.jlama.tensor.AbstractTensor;
import com.github.tjake.jlama.tensor.FloatBufferTensor;
import com.github.tjake.jlama.tensor.Q4ByteBufferTensor;
import com.github.tjake.jlama.tensor.operations.PanamaTensorOperations;
import com.github.tjake.jlama.tensor.operations.TensorOperations;
import com.github.tjake.jlama.util.MachineSpec;
import org.workedanswers.benchmarks.comparisons.MatrixByVector;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Matrix;
import org.workedanswers.quantization.GgufType;

/**
 * Our product of a four-bit matrix and a vector, and Jlama's by the JDK's vector module. Both
 * quantise the vector to blocks of bytes within the call.
 */
public final class QuantizedJlama implements Comparison {
  private static final double GOAL = 4;

  @Override
  public void run(Report report) {
    MatrixByVector product = MatrixByVector.random();
    report.race("Q4_0 matrix by vector", GOAL, product.ours(GgufType.Q4_0), jlama(product));
  }

  private static Contender jlama(MatrixByVector product) {
    int n = MatrixByVector.N;
    TensorOperations operations = new PanamaTensorOperations(MachineSpec.VECTOR_TYPE);
    AbstractTensor<?, ?> w = new Q4ByteBufferTensor(tensor(product.w()));
    FloatBufferTensor x = tensor(product.x());
    FloatBufferTensor y = new FloatBufferTensor(1, n);
    Runnable call =
        () -> {
          AbstractTensor<?, ?> bytes = operations.quantize(x, DType.I8, 0, n);
          operations.batchDotProduct(y, bytes, w, 0, 0, n, 0, 0, n);
        };
    call.run();
    Matrix got = Matrix.zeros(1, n);
    for (int j = 0; j < n; j++) {
      got.set(0, j, y.get(0, j));
    }
    product.checkWide("Jlama's product", got);
    return Contender.of("Jlama Q4", call);
  }

  private static FloatBufferTensor tensor(Matrix m) {
    FloatBufferTensor copy = new FloatBufferTensor(m.rows(), m.cols());
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.cols(); j++) {
        copy.set(m.get(i, j), i, j);
      }
    }
    return copy;
  }
}

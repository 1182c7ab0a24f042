package org.workedanswers.benchmarks.comparisons;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.nd4j.IndArrays;

/**
 * Our product and ND4J's two: {@code mmul}, which allocates its result, and {@code mmuli} into a
 * result that is stored column by column, which is OpenBLAS itself. ND4J's operands stand outside
 * of Java's heap before the clock starts.
 */
public final class ProductsNd4j implements Comparison {
  private static final double MMUL_GOAL = 1.3;
  private static final double MMULI_GOAL = 0.97;

  @Override
  public void run(Report report) {
    for (int n : Square.SIZES) {
      Square square = Square.of(n);
      Contender ours = square.ours(Ours.kernels(), Loop.sequential());
      ours.call().run();
      square.check("our product", square.c());
      try (INDArray a = IndArrays.of(square.a());
          INDArray b = IndArrays.of(square.b());
          INDArray c = Nd4j.create(DataType.FLOAT, new long[] {n, n}, 'f')) {
        try (INDArray product = a.mmul(b)) {
          square.check("mmul", IndArrays.matrix(product));
        }
        square.check("mmuli", IndArrays.matrix(a.mmuli(b, c)));
        report.race(
            "product " + n,
            MMUL_GOAL,
            ours,
            Contender.of("ND4J mmul", () -> a.mmul(b).close()).doing(ours.work()));
        report.race(
            "product " + n,
            MMULI_GOAL,
            ours,
            Contender.of("ND4J mmuli", () -> a.mmuli(b, c)).doing(ours.work()));
      }
    }
  }
}

package org.workedanswers.benchmarks.comparisons;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.nd4j.IndArrays;

/**
 * Softmax of rows, ours and ND4J's, both in place. Called again and again the rows become equal
 * weights, which cost both sides what others do.
 */
public final class SoftmaxNd4j implements Comparison {
  private static final int N = 1024;
  private static final double GOAL = 10;

  @Override
  public void run(Report report) {
    Kernels kernels = Ours.kernels();
    Matrix rows = new SeededRandom(1).gaussian(N, N, 1);
    try (INDArray peers = IndArrays.of(rows)) {
      kernels.softmaxRows(rows);
      softmax(peers);
      Same.check("ND4J's softmax", rows, IndArrays.matrix(peers), 1e-5);
      report.race(
          "softmax of " + N + " rows",
          GOAL,
          Contender.of("ours", () -> kernels.softmaxRows(rows)),
          Contender.of("ND4J softmax", () -> softmax(peers)));
    }
  }

  private static void softmax(INDArray rows) {
    Nd4j.exec(new SoftMax(rows, rows, 1));
  }
}

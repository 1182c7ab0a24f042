package org.workedanswers.benchmarks.comparisons;

import java.util.Arrays;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.quantization.GgufType;

/** Quantising fp32 weights, and the memory's speed in reading them. */
public final class QuantizeMemory implements Comparison {
  private static final int N = 4096;
  private static final double Q8_0_GOAL = 0.25;
  private static final double Q4_0_GOAL = 0.15;

  @Override
  public void run(Report report) {
    Matrix w = new SeededRandom(13).gaussian(N, N, 1);
    Contender memory = MemoryRead.contender(w.data());
    report.race("quantise to Q8_0", Q8_0_GOAL, ours(GgufType.Q8_0, w), memory);
    report.race("quantise to Q4_0", Q4_0_GOAL, ours(GgufType.Q4_0, w), memory);
  }

  private static Contender ours(GgufType type, Matrix w) {
    Kernels kernels = Ours.kernels();
    Loop one = Loop.sequential();
    if (!Arrays.equals(type.quantize(w).bytes(), type.quantize(kernels, one, w).bytes())) {
      throw new IllegalStateException(type + " is not what plain kernels give");
    }
    return Contender.of("ours", () -> type.quantize(kernels, one, w))
        .doing((double) Float.BYTES * N * N);
  }
}

package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Op;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.LoraLinear;

/**
 * A layer with an adapter of rank 16, merged and beside the weight, and the bare layer. Beside the
 * weight it takes 5 % more multiply-adds.
 */
public final class LoraBare implements Comparison {
  private static final int TOKENS = 512;
  private static final int D_OUT = 1536;
  private static final int D_IN = 384;
  private static final int RANK = 16;
  private static final double MERGED_GOAL = 1;
  private static final double BESIDE_GOAL = 0.9;

  @Override
  public void run(Report report) {
    Kernels kernels = Ours.kernels();
    Loop one = Loop.sequential();
    SeededRandom random = new SeededRandom(9);
    Matrix w = random.gaussian(D_OUT, D_IN, 1 / Math.sqrt(D_IN));
    Matrix x = random.gaussian(TOKENS, D_IN, 1);
    Matrix y = Matrix.zeros(TOKENS, D_OUT);
    Adapter adapter =
        new Adapter(
            random.gaussian(RANK, D_IN, 1 / Math.sqrt(D_IN)),
            random.gaussian(D_OUT, RANK, 1 / Math.sqrt(RANK)),
            2 * RANK);
    LoraLinear beside = new LoraLinear(w).add("task", adapter).use("task");
    LoraLinear merged = new LoraLinear(w).add("task", adapter).use("task");
    merged.merge(kernels, one);
    beside.forward(kernels, one, x, y);
    Matrix want = y.copy();
    merged.forward(kernels, one, x, y);
    Same.check("merged", want, y, 1e-3);

    Contender bare = Contender.of("our bare layer", () -> kernels.gemm(1, x, Op.N, w, Op.T, 0, y));
    report.race(
        "LoRA merged, r " + RANK,
        MERGED_GOAL,
        Contender.of("merged", () -> merged.forward(kernels, one, x, y)),
        bare);
    report.race(
        "LoRA unmerged, r " + RANK,
        BESIDE_GOAL,
        Contender.of("unmerged", () -> beside.forward(kernels, one, x, y)),
        bare);
  }
}

package org.workedanswers.benchmarks.comparisons;

import org.workedanswers.benchmarks.Same;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;

/** Our exp over an array, and a loop of {@link Math#exp}. */
public final class ExpMath implements Comparison {
  private static final int N = 1 << 16;
  private static final double GOAL = 12;

  @Override
  public void run(Report report) {
    Kernels kernels = Ours.kernels();
    float[] x = new SeededRandom(1).gaussian(1, N, 4).data();
    float[] ours = new float[N];
    float[] loops = new float[N];
    kernels.exp(N, x, 0, ours, 0);
    loop(x, loops);
    Same.check("Math.exp", Matrix.wrap(ours, 1, N), Matrix.wrap(loops, 1, N), 1e-6);
    report.race(
        "exp of " + N,
        GOAL,
        Contender.of("ours", () -> kernels.exp(N, x, 0, ours, 0)),
        Contender.of("Math.exp loop", () -> loop(x, loops)));
  }

  private static void loop(float[] x, float[] y) {
    for (int i = 0; i < x.length; i++) {
      y[i] = (float) Math.exp(x[i]);
    }
  }
}

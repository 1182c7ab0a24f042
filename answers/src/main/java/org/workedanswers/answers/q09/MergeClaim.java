package org.workedanswers.answers.q09;

import java.util.List;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.FrozenLinear;
import org.workedanswers.lora.LoraLinear;
import org.workedanswers.lora.MergeBound;

/** Merged into the weight, an adapter costs nothing and changes nothing. */
final class MergeClaim {
  private static final int TOKENS = 64;

  /** Merges the adapter in use of a layer; a test gives one that forgets something. */
  @FunctionalInterface
  interface Merger {
    FrozenLinear merge(Kernels kernels, Loop loop, Matrix w, Adapter adapter);
  }

  static final Merger MERGER =
      (kernels, loop, w, adapter) -> {
        LoraLinear layer = new LoraLinear(w).add("task", adapter).use("task");
        layer.merge(kernels, loop);
        return layer.weight();
      };

  /** A matrix and an adapter's settings: α is never r. */
  private record Setting(Target target, int rank, double alpha) {}

  private static final List<Setting> SETTINGS =
      List.of(
          new Setting(Target.QUERY, 4, 12),
          new Setting(Target.OUTPUT, 64, 24),
          new Setting(Target.UP, 16, 32));

  private MergeClaim() {}

  static Claim claim(Merger merger) {
    return new Claim(
        "q9.merge",
        "Merged into the weight, an adapter adds no work at inference.",
        "three of MiniLM's matrices on real activations, alpha never r: outputs merged against"
            + " unmerged as a share of what rounding allows, multiply-adds counted in the run"
            + " against those of the bare layer, and the update's size against the base's outputs",
        "1",
        "zero added latency",
        Rule.within(
            Value.named("difference / bound", 0, "multiply-adds / bare", 1, "update / base", 0.05),
            Value.named("difference / bound", 1, "multiply-adds / bare", 1, "update / base", 20)),
        bench -> measure(bench, merger));
  }

  private static Measured measure(Workbench bench, Merger merger) {
    double share = 0;
    double difference = 0;
    double work = 0;
    double sideWork = 0;
    double update = Double.POSITIVE_INFINITY;
    for (Setting setting : SETTINGS) {
      Target.RealLayer real = setting.target().layer(bench.kernels(), TOKENS);
      Matrix x = real.x();
      Adapter adapter = drawn(real.w(), setting, bench.random("q9.merge"));
      LoraLinear layer = new LoraLinear(real.w()).add("task", adapter);
      CountingKernels counting = new CountingKernels(bench.kernels());
      Matrix bare = run(counting, bench.loop(), layer, x);
      double bareWork = counting.multiplyAdds();
      counting.reset();
      Matrix apart = run(counting, bench.loop(), layer.use("task"), x);
      sideWork = Math.max(sideWork, counting.multiplyAdds() / bareWork);
      FrozenLinear weight = merger.merge(bench.kernels(), bench.loop(), real.w(), adapter);
      counting.reset();
      Matrix merged = Matrix.zeros(x.rows(), weight.dOut());
      weight.forward(counting, bench.loop(), x, merged);
      work = Math.max(work, counting.multiplyAdds() / bareWork);
      MergeBound bound = new MergeBound(x, real.w(), List.of(adapter));
      share = Math.max(share, bound.largestShare(merged, apart));
      difference = Math.max(difference, distance(merged, apart) / UpdateTask.norm(apart));
      update = Math.min(update, distance(apart, bare) / UpdateTask.norm(bare));
    }
    return Measured.of(
        Value.named(
            "difference / bound", share, "multiply-adds / bare", work, "update / base", update),
        "outputs merged and unmerged differ by "
            + Numbers.shortest(difference)
            + " of their size (norms)",
        "unmerged, the side path costs up to "
            + Numbers.fixed(sideWork, 3)
            + " times the bare layer's multiply-adds",
        times(bench, merger));
  }

  /** Time is information beside the count: the machine may be busy. */
  private static String times(Workbench bench, Merger merger) {
    Setting setting = SETTINGS.get(2);
    Target.RealLayer real = setting.target().layer(bench.kernels(), TOKENS);
    Adapter adapter = drawn(real.w(), setting, bench.random("q9.merge"));
    LoraLinear layer = new LoraLinear(real.w()).add("task", adapter);
    Matrix y = Matrix.zeros(real.x().rows(), real.w().rows());
    FrozenLinear weight = merger.merge(bench.kernels(), bench.loop(), real.w(), adapter);
    double[] best = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
    Runnable[] forms = {
      () -> layer.use().forward(bench.kernels(), bench.loop(), real.x(), y),
      () -> weight.forward(bench.kernels(), bench.loop(), real.x(), y),
      () -> layer.use("task").forward(bench.kernels(), bench.loop(), real.x(), y)
    };
    for (int round = 0; round < 8; round++) {
      for (int f = 0; f < forms.length; f++) {
        long start = System.nanoTime();
        forms[f].run();
        best[f] = Math.min(best[f], (System.nanoTime() - start) * 1e-9);
      }
    }
    return "time on "
        + setting.target()
        + ", best of 8: bare "
        + Numbers.seconds(best[0])
        + ", merged "
        + Numbers.fixed(best[1] / best[0], 2)
        + " times that, unmerged "
        + Numbers.fixed(best[2] / best[0], 2)
        + " times";
  }

  /** An adapter as training could leave it: neither A nor B is zero. */
  private static Adapter drawn(Matrix w, Setting setting, SeededRandom random) {
    Matrix a = random.gaussian(setting.rank(), w.cols(), 1 / Math.sqrt(w.cols()));
    Matrix b = random.gaussian(w.rows(), setting.rank(), 1 / Math.sqrt(setting.rank()));
    return new Adapter(a, b, setting.alpha());
  }

  private static Matrix run(Kernels kernels, Loop loop, LoraLinear layer, Matrix x) {
    Matrix y = Matrix.zeros(x.rows(), layer.base().dOut());
    layer.forward(kernels, loop, x, y);
    return y;
  }

  private static double distance(Matrix a, Matrix b) {
    Matrix c = a.copy();
    for (int i = 0; i < c.data().length; i++) {
      c.data()[i] -= b.data()[i];
    }
    return UpdateTask.norm(c);
  }
}

package org.workedanswers.peers;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.workedanswers.benchmarks.comparisons.Ours;
import org.workedanswers.benchmarks.comparisons.Square;
import org.workedanswers.benchmarks.peers.Comparison;
import org.workedanswers.benchmarks.peers.Contender;
import org.workedanswers.benchmarks.peers.Report;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;

/** Our product and libtorch's {@code mm} into a result that is there already. */
public final class ProductsLibtorch implements Comparison {
  private static final double GOAL = 0.95;

  @Override
  public void run(Report report) {
    Torch.oneThread();
    for (int n : Square.SIZES) {
      Square square = Square.of(n);
      Contender ours = square.ours(Ours.kernels(), Loop.sequential());
      ours.call().run();
      square.check("our product", square.c());
      try (Tensor a = Torch.tensor(square.a());
          Tensor b = Torch.tensor(square.b());
          Tensor c = Torch.tensor(Matrix.zeros(n, n))) {
        torch.mm_out(c, a, b);
        square.check("libtorch's product", Torch.matrix(c));
        report.race(
            "product " + n,
            GOAL,
            ours,
            Contender.of("libtorch mm", () -> torch.mm_out(c, a, b)).doing(ours.work()));
      }
    }
  }
}

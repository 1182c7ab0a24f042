package org.workedanswers.moe;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.CountingKernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;

class MoeAccountingTest {
  private final MoeAccounting mixtral = new MoeAccounting(ModelShape.MIXTRAL_8X7B);

  @Test
  void mixtral() {
    assertEquals(46_702_792_704L, mixtral.parameters());
    assertEquals(12_879_925_248L, mixtral.activeParameters());
    assertEquals(8L * 32 * 3 * 4096 * 14336, mixtral.expertParameters());
    assertEquals(32L * 3 * 4096 * 14336, mixtral.oneExpertParameters());
    assertEquals(1_605_636_096L, mixtral.sharedParameters());
    assertEquals(
        mixtral.activeParameters(), mixtral.sharedParameters() + 2 * mixtral.oneExpertParameters());
    // embedding and norms take no multiply-add
    assertEquals(12_879_925_248L - 32_000L * 4096 - 65L * 4096, mixtral.multiplyAddsPerToken());
  }

  @Test
  void theDenseModelsBesideIt() {
    MoeAccounting one = mixtral.denseOfOneExpert(); // Mistral 7B
    assertEquals(7_241_732_096L, one.parameters());
    assertEquals(one.parameters(), one.activeParameters());
    MoeAccounting same = mixtral.denseOfSameSize();
    assertEquals(mixtral.parameters() - 32L * 8 * 4096, same.parameters()); // routers aside
    assertEquals(same.parameters(), same.activeParameters());
    assertEquals(mixtral.expertParameters(), same.expertParameters());
  }

  /** The count for one token is what a layer of that shape asks of the kernels, layer by layer. */
  @Test
  void oneLayersMultiplyAddsAreThoseThatRun() {
    int d = 6;
    int h = 10;
    ModelShape shape =
        new ModelShape(
            "small",
            ModelShape.Kind.DECODER,
            1,
            d,
            new ModelShape.Attention(2, 1, 3),
            new ModelShape.FeedForward(h, 4, 2),
            new ModelShape.Embedding(11, false, 0, 0));
    SeededRandom random = new SeededRandom(1);
    List<FeedForward> experts = new ArrayList<>();
    for (int e = 0; e < 4; e++) {
      experts.add(
          FeedForward.gated(
              Activation.SILU,
              random.gaussian(d, h, 1),
              random.gaussian(d, h, 1),
              random.gaussian(h, d, 1)));
    }
    Router router = new Router(random.gaussian(d, 4, 1), 2, Gating.TOP_K_THEN_SOFTMAX);
    CountingKernels counting = new CountingKernels(PlainKernels.PLAIN);
    new MixtureOfExperts(router, experts).apply(counting, Matrix.zeros(1, d));
    long attention = d * 6 + 2 * d * 3 + 6 * d;
    long head = 11 * d;
    assertEquals(
        counting.multiplyAdds() + attention + head,
        new MoeAccounting(shape).multiplyAddsPerToken());
  }

  @Test
  void aDenseModelIsItsOwnOnlyExpert() {
    MoeAccounting llama = new MoeAccounting(ModelShape.LLAMA_3_8B);
    assertEquals(8_030_261_248L, llama.parameters());
    assertEquals(llama.parameters(), llama.activeParameters());
    assertEquals(llama.expertParameters(), llama.oneExpertParameters());
    assertEquals(llama.parameters(), llama.denseOfSameSize().parameters());
  }
}

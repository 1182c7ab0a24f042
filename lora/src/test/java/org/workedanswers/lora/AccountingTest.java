package org.workedanswers.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.lora.Reference.assertMessage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.lora.TrainingMemory.Base;
import org.workedanswers.lora.TrainingMemory.Trained;
import org.workedanswers.quantization.Nf4;

class AccountingTest {
  /** What PEFT prints as trainable parameters for these settings. */
  @Test
  void trainableParametersAreThosePeftPrints() {
    assertEquals(3_407_872, LoraPlan.queriesAndValues(ModelShape.LLAMA_3_8B, 8).parameters());
    assertEquals(41_943_040, LoraPlan.allLinear(ModelShape.LLAMA_3_8B, 16).parameters());
    assertEquals(207_093_760, LoraPlan.allLinear(ModelShape.LLAMA_3_70B, 16).parameters());
  }

  @Test
  void everyMatrixOfATargetGetsAnAdapterOfItsOwn() {
    // Grouped queries: q is 4096 x 4096, k is 1024 x 4096.
    LoraPlan plan = new LoraPlan(ModelShape.LLAMA_3_8B, 16, List.of("q", "k", "down"));
    assertEquals(32 * 131_072, plan.parameters("q"));
    assertEquals(32 * 16 * (1024 + 4096), plan.parameters("k"));
    assertEquals(32 * 16 * (4096 + 14_336), plan.parameters("down"));
    assertEquals(
        plan.parameters("q") + plan.parameters("k") + plan.parameters("down"), plan.parameters());
    assertEquals(plan.parameters() / 8_030_261_248.0, plan.share());
    // Experts: eight a layer.
    LoraPlan experts = new LoraPlan(ModelShape.MIXTRAL_8X7B, 4, List.of("up"));
    assertEquals(32 * 8 * 4 * (4096 + 14_336), experts.parameters());
    LoraPlan all = LoraPlan.allLinear(ModelShape.MINILM_L6, 8);
    assertEquals(List.of("q", "k", "v", "o", "up", "down"), all.targets());
    assertEquals(6 * 8 * (4 * 768 + 2 * 1920), all.parameters());
    assertEquals(131_072, LoraPlan.parameters(16, 4096, 4096));
  }

  @Test
  void fullFineTuningTakesSixteenBytesAParameterInEitherPrecision() {
    for (ModelShape shape : ModelShape.published()) {
      TrainingMemory fp32 = TrainingMemory.full(shape, Trained.FP32);
      TrainingMemory mixed = TrainingMemory.full(shape, Trained.MIXED);
      assertEquals(16 * shape.total(), fp32.total());
      assertEquals(16 * shape.total(), mixed.total());
      assertEquals(0, mixed.frozen());
      assertEquals(4 * shape.total(), fp32.weights());
      assertEquals(4 * shape.total(), fp32.gradients());
      assertEquals(8 * shape.total(), fp32.optimizer());
      assertEquals(2 * shape.total(), mixed.weights());
      assertEquals(2 * shape.total(), mixed.gradients());
      assertEquals(12 * shape.total(), mixed.optimizer());
    }
    assertEquals(16, Trained.MIXED.bytesPerParameter());
  }

  @Test
  void adaptersPayForThemselvesAndForTheFrozenBase() {
    LoraPlan plan = LoraPlan.queriesAndValues(ModelShape.LLAMA_3_8B, 8);
    TrainingMemory lora = TrainingMemory.adapters(plan, Base.BF16, Trained.MIXED);
    assertEquals(2 * 8_030_261_248L, lora.frozen());
    assertEquals(2 * 3_407_872, lora.weights());
    assertEquals(2 * 3_407_872, lora.gradients());
    assertEquals(12 * 3_407_872, lora.optimizer());
    assertEquals(2 * 8_030_261_248L + 16 * 3_407_872, lora.total());
    assertEquals(
        4 * 8_030_261_248L, TrainingMemory.adapters(plan, Base.FP32, Trained.FP32).frozen());
  }

  /** Against the bytes that a quantised matrix of each shape really holds. */
  @Test
  void anNf4BaseTakesTheBytesThatItsMatricesHold() {
    long linear = 0;
    long rest = 0;
    for (ModelShape.Part part : ModelShape.MINILM_L6.parts()) {
      if (List.of("q", "k", "v", "o", "up", "down").contains(part.name())) {
        Matrix w = Matrix.zeros(part.rows(), part.cols());
        linear += part.count() * Nf4.qlora().quantize(w).storageBytes();
      } else {
        rest += 2 * part.parameters();
      }
    }
    assertEquals(linear + rest, Base.NF4.bytes(ModelShape.MINILM_L6));
    // 64.8 billion weights of the 70B model stand in attention and feed-forward: 4.127 bits each.
    ModelShape big = ModelShape.LLAMA_3_70B;
    long embeddings = 2 * big.part("embedding").parameters();
    long norms = 161 * 8192;
    double bits = 8.0 * (Base.NF4.bytes(big) - 2 * (embeddings + norms));
    assertEquals(4.127, bits / (big.total() - embeddings - norms), 5e-4);
    assertEquals(
        Base.BF16.bytes(big) - Base.NF4.bytes(big),
        (big.total() - embeddings - norms) * (16 - 4.127) / 8,
        4e6);
  }

  @Test
  void whatIsNoPlanIsRefused() {
    ModelShape shape = ModelShape.LLAMA_3_8B;
    assertMessage("there is no target", () -> new LoraPlan(shape, 8, List.of()));
    assertMessage(
        "Llama 3 8B has no weights 'query'", () -> new LoraPlan(shape, 8, List.of("query")));
    assertMessage("target 'q' is named twice", () -> new LoraPlan(shape, 8, List.of("q", "q")));
    assertMessage(
        "target 'norm' of Llama 3 8B is a vector", () -> new LoraPlan(shape, 8, List.of("norm")));
    assertMessage(
        "rank r is 1025 and W is 1024 x 4096: r must be in 1..1024",
        () -> new LoraPlan(shape, 1025, List.of("q", "k")));
    assertMessage("rank r is 0", () -> LoraPlan.queriesAndValues(shape, 0));
    assertMessage("rank r is 5 and W is 4 x 9", () -> LoraPlan.parameters(5, 4, 9));
    LoraPlan plan = LoraPlan.queriesAndValues(shape, 8);
    assertMessage("'k' is no target: those are [q, v]", () -> plan.parameters("k"));
  }
}

package org.workedanswers.answers.q09;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.PlainKernels;

/** The shape by which MiniLM is counted, held against its own checkpoint. */
class RealModelsTest {
  @Test
  void tablesAndNormsAreThoseOfTheCheckpoint() {
    ModelShape shape = ModelShape.MINILM_L6;
    assertTable(shape.part("embedding"), "embeddings.word_embeddings.weight");
    assertTable(shape.part("positions"), "embeddings.position_embeddings.weight");
    assertTable(shape.part("tokenTypes"), "embeddings.token_type_embeddings.weight");
    long total = 0;
    for (Tensor tensor : MiniLm.model().weights().tensors().values()) {
      // Constants of the graph are scalars or index vectors; weights are what has a name of BERT's
      // or stands in a product.
      boolean named = tensor.name().endsWith(".weight") || tensor.name().endsWith(".bias");
      if (named || tensor.name().startsWith("onnx::MatMul")) {
        total += tensor.elements();
      }
    }
    long pooler = shape.part("pooler").parameters() + shape.part("pooler.bias").parameters();
    assertEquals(shape.total() - pooler, total, "all but the pooler, which embeddings do not use");
  }

  @Test
  void everyTargetIsAPartOfTheShape() {
    String[] parts = {"q", "k", "v", "o", "up"};
    for (Target target : Target.values()) {
      Target.RealLayer real = target.layer(PlainKernels.PLAIN, 5);
      ModelShape.Part part = ModelShape.MINILM_L6.part(parts[target.ordinal()]);
      assertEquals(part.rows(), real.w().rows(), target.toString());
      assertEquals(part.cols(), real.w().cols(), target.toString());
      assertEquals(5, real.x().rows());
      assertEquals(part.cols(), real.x().cols());
    }
  }

  private static void assertTable(ModelShape.Part part, String name) {
    Matrix table = MiniLm.model().weights().tensor(name).matrix();
    assertEquals(part.rows(), table.rows(), name);
    assertEquals(part.cols(), table.cols(), name);
  }
}

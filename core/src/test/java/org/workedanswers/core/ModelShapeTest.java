package org.workedanswers.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.workedanswers.core.ModelShape.Attention;
import org.workedanswers.core.ModelShape.Embedding;
import org.workedanswers.core.ModelShape.FeedForward;
import org.workedanswers.core.ModelShape.Kind;
import org.workedanswers.core.ModelShape.Part;

class ModelShapeTest {
  @Test
  void totalsAreThePublishedOnes() {
    assertEquals(8_030_261_248L, ModelShape.LLAMA_3_8B.total());
    assertEquals(70_553_706_496L, ModelShape.LLAMA_3_70B.total());
    assertEquals(46_702_792_704L, ModelShape.MIXTRAL_8X7B.total());
    assertEquals(22_713_216L, ModelShape.MINILM_L6.total());
    assertEquals(109_482_240L, ModelShape.BERT_BASE.total());
    assertEquals(60_506_624L, ModelShape.T5_SMALL.total());
    assertEquals(222_903_552L, ModelShape.T5_BASE.total());
  }

  /** In BF16, by the total_size of their shards' indices. */
  @Test
  void bytesAreThoseOfTheIndexOfShards() {
    assertEquals(16_060_522_496L, 2 * ModelShape.LLAMA_3_8B.total());
    assertEquals(141_107_412_992L, 2 * ModelShape.LLAMA_3_70B.total());
    assertEquals(93_405_585_408L, 2 * ModelShape.MIXTRAL_8X7B.total());
  }

  @Test
  void aTokenOfMixtralPassesTwoExpertsOfEight() {
    assertEquals(12_879_925_248L, ModelShape.MIXTRAL_8X7B.active());
    for (ModelShape shape : ModelShape.published()) {
      if (shape != ModelShape.MIXTRAL_8X7B) {
        assertEquals(shape.total(), shape.active(), shape.name());
      }
    }
  }

  @Test
  void sentenceEmbeddingsLeaveThePoolerOut() {
    ModelShape shape = ModelShape.MINILM_L6;
    long pooler = shape.part("pooler").parameters() + shape.part("pooler.bias").parameters();
    assertEquals(147_840, pooler);
    assertEquals(22_565_376, shape.total() - pooler);
  }

  @Test
  void groupedQueriesHaveNarrowKeysAndValues() {
    assertPart(ModelShape.LLAMA_3_8B.part("q"), 4096, 4096, 32);
    assertPart(ModelShape.LLAMA_3_8B.part("k"), 1024, 4096, 32);
    assertPart(ModelShape.LLAMA_3_8B.part("v"), 1024, 4096, 32);
    assertPart(ModelShape.LLAMA_3_8B.part("o"), 4096, 4096, 32);
    assertPart(ModelShape.LLAMA_3_70B.part("k"), 1024, 8192, 80);
    assertPart(ModelShape.LLAMA_3_70B.part("down"), 8192, 28_672, 80);
    assertPart(ModelShape.MIXTRAL_8X7B.part("gate"), 14_336, 4096, 256);
    assertPart(ModelShape.MIXTRAL_8X7B.part("router"), 8, 4096, 32);
    assertPart(ModelShape.MINILM_L6.part("up"), 1536, 384, 6);
    assertPart(ModelShape.MINILM_L6.part("q.bias"), 384, 1, 6);
  }

  /** Heads need not make up the model's width: q is then no square. */
  @Test
  void everyPartOfAnAwkwardDecoderIsCounted() {
    ModelShape shape =
        new ModelShape(
            "odd",
            Kind.DECODER,
            3,
            7,
            new Attention(6, 2, 5),
            new FeedForward(11, 4, 3),
            new Embedding(13, true, 0, 0));
    long attention = 30 * 7 + 2 * (10 * 7) + 7 * 30;
    long expert = 3 * 7 * 11;
    assertEquals(13 * 7 + 3 * (attention + 4 * 7 + 4 * expert + 2 * 7) + 7, shape.total());
    assertEquals(shape.total() - 3 * expert, shape.active());
    assertEquals(2 * 3 * 2 * 5, shape.kvCacheValuesPerToken());
  }

  @Test
  void everyPartOfAnAwkwardEncoderIsCounted() {
    ModelShape shape =
        new ModelShape(
            "odd",
            Kind.ENCODER,
            2,
            7,
            new Attention(3, 3, 5),
            FeedForward.dense(11),
            new Embedding(13, true, 17, 3));
    long attention = 3 * (15 * 7 + 15) + 7 * 15 + 7;
    long feedForward = 11 * 7 + 11 + 7 * 11 + 7;
    assertEquals(
        (13 + 17 + 3) * 7 + 2 * 7 + 2 * (attention + feedForward + 4 * 7) + 7 * 7 + 7,
        shape.total());
  }

  /** Written out stack by stack, with sizes that no two parts share. */
  @Test
  void everyPartOfAnAwkwardEncoderDecoderIsCounted() {
    ModelShape shape =
        new ModelShape(
            "odd",
            Kind.ENCODER_DECODER,
            3,
            7,
            new Attention(6, 2, 5),
            new FeedForward(11, 4, 3),
            new Embedding(13, false, 17, 0));
    long attention = 30 * 7 + 2 * (10 * 7) + 7 * 30;
    long expert = 2 * 7 * 11;
    long reads = 17 * 6 + 3 * (attention + 4 * 7 + 4 * expert + 2 * 7) + 7;
    long writes = 17 * 6 + 3 * (2 * attention + 4 * 7 + 4 * expert + 3 * 7) + 7;
    assertEquals(2 * 13 * 7 + reads + writes, shape.total());
    assertEquals(shape.total() - 2 * 3 * expert, shape.active());
    assertPart(shape.part("cross.k"), 10, 7, 3);
    assertPart(shape.part("k"), 10, 7, 6);
    assertPart(shape.part("distances"), 17, 6, 2);
  }

  @Test
  void cacheOf70BTakes320KibATokenInFp16() {
    assertEquals(320 * 1024, 2 * ModelShape.LLAMA_3_70B.kvCacheValuesPerToken());
  }

  @Test
  void vectorsAreBiasesAndNorms() {
    for (ModelShape shape : ModelShape.published()) {
      for (Part p : shape.parts()) {
        assertEquals(p.name().endsWith("norm") || p.name().endsWith(".bias"), p.vector(), p.name());
      }
    }
    assertTrue(ModelShape.MINILM_L6.part("norm.bias").vector());
    assertFalse(ModelShape.MINILM_L6.part("tokenTypes").vector());
  }

  @Test
  void sizesThatClashAreNamed() {
    assertMessage(
        "heads is 32 and kvHeads is 5: each key-value head must serve equally many heads",
        () -> new Attention(32, 5, 128));
    assertMessage("activeExperts is 9: it must be in 1..8", () -> new FeedForward(4, 8, 9));
    assertMessage("dFf is 0: it must be at least 1", () -> FeedForward.dense(0));
    assertMessage("positions is -1", () -> new Embedding(5, true, -1, 0));
    assertMessage(
        "layers is 0",
        () ->
            new ModelShape(
                "none",
                Kind.DECODER,
                0,
                4,
                new Attention(1, 1, 4),
                FeedForward.dense(4),
                new Embedding(5, true, 0, 0)));
    assertMessage(
        "Llama 3 8B has no weights 'qkv': it has [embedding, attention.norm, q, k, v, o,",
        () -> ModelShape.LLAMA_3_8B.part("qkv"));
  }

  private static void assertPart(Part part, int rows, int cols, int count) {
    assertEquals(rows, part.rows(), part.name());
    assertEquals(cols, part.cols(), part.name());
    assertEquals(count, part.count(), part.name());
  }

  private static void assertMessage(String beginning, Runnable call) {
    String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
    assertTrue(message.startsWith(beginning), message);
  }
}

package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.lora.Adapter;
import org.workedanswers.lora.BestRank;

class AdaptedLlamaTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int[] TOKENS = {1, 403, 407, 261, 378, 432, 412, 5, 9};

  private static GgufModel file(String format) {
    return GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
  }

  private static float[][] logits(Decoder decoder) {
    return decoder.start(COMPUTE, TOKENS.length).feed(TOKENS).toArray();
  }

  /** The best adapter of rank r for what rounding to Q4_0 has taken away, for each Q4_0 matrix. */
  private static Map<String, Adapter> repair(GgufModel rounded, int rank) {
    Map<String, Tensor> exact = file("f16").tensors();
    Map<String, Adapter> adapters = new LinkedHashMap<>();
    rounded
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("blk.") && tensor.type().blocks().isPresent()) {
                Matrix lost = exact.get(name).matrix();
                Matrix w = tensor.matrix();
                for (int i = 0; i < w.rows(); i++) {
                  for (int j = 0; j < w.cols(); j++) {
                    lost.set(i, j, lost.get(i, j) - w.get(i, j));
                  }
                }
                adapters.put(name, new BestRank(lost).adapter(rank, 3));
              }
            });
    return adapters;
  }

  /**
   * What docs/models.md says: what adapters give back beside a base in Q4_0, and merged into it.
   */
  @Test
  @Tag("long")
  void mergingIntoAQuantisedBaseLosesAllOfTheSample() throws IOException {
    double[] means = merging(Integer.MAX_VALUE);
    assertEquals(1.37204, means[0], 0.00001);
    assertEquals(1.33425, means[1], 0.0001);
    assertEquals(1.37191, means[2], 0.0001);
  }

  @Test
  void mergingIntoAQuantisedBaseLosesWhatStandsBesideIt() throws IOException {
    double[] means = merging(2);
    double gained = means[0] - means[1];
    assertTrue(gained > 0.02, means[1] + " beside, " + means[0] + " without");
    assertTrue(means[0] - means[2] < 0.4 * gained, means[2] + " merged, " + means[1] + " beside");
  }

  /** In nats a token: the base alone, with adapters beside it, with them merged. */
  private static double[] merging(int documents) throws IOException {
    GgufModel model = file("q4_0");
    GgufTokenizer tokenizer = GgufTokenizer.of(model);
    LlamaConfig config = Llama.config(model);
    AdaptedLlama widened = new AdaptedLlama(config, model.tensors(), Storage.FLOAT);
    AdaptedLlama blocks = new AdaptedLlama(config, model.tensors(), Storage.STORED);
    Map<String, Adapter> adapters = repair(model, 16);
    assertEquals(30, adapters.size()); // ffn_down is in float32
    Decoder merged = blocks.merged(adapters, BlockedKernels.BLOCKED);
    return new double[] {
      StoriesTest.ofTheSample(widened.base(), tokenizer, documents).mean(),
      StoriesTest.ofTheSample(widened.beside(adapters), tokenizer, documents).mean(),
      StoriesTest.ofTheSample(merged, tokenizer, documents).mean()
    };
  }

  @Test
  void oneBaseServesSeveralAdapters() {
    GgufModel model = file("q8_0");
    AdaptedLlama llama = new AdaptedLlama(Llama.config(model), model.tensors(), Storage.STORED);
    SeededRandom random = new SeededRandom(3);
    String name = "blk.1.ffn_down.weight"; // [64 x 172]
    Adapter one = new Adapter(random.gaussian(2, 172, 0.2), random.gaussian(64, 2, 0.2), 3);
    Adapter two = new Adapter(random.gaussian(5, 172, 0.2), random.gaussian(64, 5, 0.2), 4);
    Decoder base = llama.base();
    float[][] before = logits(base);
    Decoder first = llama.beside(Map.of(name, one));
    Decoder second = llama.beside(Map.of(name, two));
    assertTrue(apart(logits(first), before) > 1e-3);
    assertTrue(apart(logits(second), logits(first)) > 1e-3);
    assertEquals(0, apart(logits(llama.beside(Map.of(name, one))), logits(first)));
    assertEquals(0, apart(logits(llama.beside(Map.of())), before));
    assertEquals(0, apart(logits(llama.base()), before));
    // Shared, not copied: the table and the layers that have no adapter.
    assertSame(base.embeddings().words(), first.embeddings().words());
    assertSame(base.head(), second.head());
    assertEquals(base.parameters(true) + one.parameters(), first.parameters(true));
  }

  private static double apart(float[][] x, float[][] y) {
    double most = 0;
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[i].length; j++) {
        most = Math.max(most, Math.abs(x[i][j] - y[i][j]));
      }
    }
    return most;
  }

  /** A layer that takes no adapter keeps its bits, whatever the storage; formats stay. */
  @Test
  void mergedWeightsAreHeldAsTheBasesWere() {
    SeededRandom random = new SeededRandom(4);
    Map<String, Adapter> adapters =
        Map.of(
            "blk.0.attn_v.weight", // [32 x 64]
            new Adapter(random.gaussian(3, 64, 0.1), random.gaussian(32, 3, 0.1), 2));
    for (String format : new String[] {"f16", "q8_0", "q4_0"}) {
      GgufModel model = file(format);
      for (Storage storage : Storage.values()) {
        AdaptedLlama llama = new AdaptedLlama(Llama.config(model), model.tensors(), storage);
        Decoder base = llama.base();
        Decoder merged = llama.merged(adapters, BlockedKernels.BLOCKED);
        boolean blocks = storage != Storage.FLOAT && !format.equals("f16");
        long bytes = base.stack().layers().get(0).bytes();
        // 16 bits give way to 32.
        long more = format.equals("f16") && storage == Storage.STORED ? 32 * 64 * 2 : 0;
        assertEquals(bytes + more, merged.stack().layers().get(0).bytes(), format + " " + storage);
        float[][] beside = logits(llama.beside(adapters));
        float within = blocks ? 1 : 2e-4f;
        float[][] is = logits(merged);
        for (int i = 0; i < is.length; i++) {
          assertArrayEquals(beside[i], is[i], within);
        }
      }
    }
  }

  @Test
  void whatCanHaveNoAdapterIsRefused() {
    GgufModel model = file("q8_0");
    AdaptedLlama llama = new AdaptedLlama(Llama.config(model), model.tensors(), Storage.FAST);
    Adapter adapter = new Adapter(Matrix.zeros(2, 64), Matrix.zeros(512, 2), 3);
    for (String name : new String[] {"token_embd.weight", "blk.0.attn_norm.weight", "x"}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> llama.beside(Map.of(name, adapter)))
              .getMessage();
      assertTrue(message.contains("'" + name + "': layers of attention"), message);
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> llama.beside(Map.of("output.weight", adapter)))
            .getMessage();
    assertTrue(message.contains("which the model has not"), message); // it is the table itself
  }
}

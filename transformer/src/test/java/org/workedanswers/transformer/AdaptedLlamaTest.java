package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.core.Threads;
import org.workedanswers.lora.Adapter;

class AdaptedLlamaTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int[] TOKENS = {1, 403, 407, 261, 378, 432, 412, 5, 9};

  private static GgufModel file(String format) {
    return GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
  }

  private static float[][] logits(Decoder decoder) {
    return decoder.start(COMPUTE, TOKENS.length).feed(TOKENS).toArray();
  }

  /** Token by token, in chunks or at once, by one thread or several: the same bits. */
  @Test
  void aCachedStepEqualsTheUncachedOne() {
    for (String format : new String[] {"f16", "q4_0"}) {
      GgufModel model = file(format);
      AdaptedLlama llama = new AdaptedLlama(Llama.config(model), model.tensors(), Storage.STORED);
      Decoder decoder = llama.beside(randomOfAll(model));
      float[][] whole = logits(decoder);
      try (Threads threads = Threads.of(3)) {
        Compute several = Compute.plain(BlockedKernels.BLOCKED, threads);
        Sequence parallel = decoder.start(several, TOKENS.length);
        assertArrayEquals(whole, parallel.feed(TOKENS).toArray());
      }
      Sequence sequence = decoder.start(COMPUTE, TOKENS.length);
      int at = 0;
      for (int n : new int[] {1, 3, 1, 2, 2}) {
        float[][] part = sequence.feed(Arrays.copyOfRange(TOKENS, at, at + n)).toArray();
        assertArrayEquals(Arrays.copyOfRange(whole, at, at + n), part);
        at += n;
      }
    }
  }

  /** Adapters of odd ranks on every matrix of two layers, α no r. */
  private static Map<String, Adapter> randomOfAll(GgufModel model) {
    SeededRandom random = new SeededRandom(13);
    Map<String, Adapter> adapters = new LinkedHashMap<>();
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.matches("blk\\.[03]\\.(attn|ffn)_.*") && tensor.shape().length == 2) {
                Matrix w = tensor.matrix();
                int r = 1 + random.below(9);
                Matrix a = random.gaussian(r, w.cols(), 0.1);
                adapters.put(name, new Adapter(a, random.gaussian(w.rows(), r, 0.1), 2.5 * r + 1));
              }
            });
    assertEquals(14, adapters.size());
    return adapters;
  }

  @Test
  void whatGrowsTooLargeIsRefused() {
    for (String format : new String[] {"f16", "q8_0", "q4_0"}) {
      GgufModel model = file(format);
      AdaptedLlama llama = new AdaptedLlama(Llama.config(model), model.tensors(), Storage.STORED);
      Matrix a = Matrix.zeros(1, 64);
      Matrix b = Matrix.zeros(64, 1);
      for (float size : new float[] {1e4f, 3e37f}) { // 1e8 is finite, and too large for blocks
        a.set(0, 7, size);
        b.set(9, 0, size);
        Map<String, Adapter> adapters = Map.of("blk.2.attn_q.weight", new Adapter(a, b, 3));
        if (size < 1e5f && format.equals("f16")) {
          llama.merged(adapters, BlockedKernels.BLOCKED);
          continue;
        }
        String message =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> llama.merged(adapters, BlockedKernels.BLOCKED))
                .getMessage();
        assertTrue(message.startsWith("W + s B A of 'blk.2.attn_q.weight'"), message);
      }
    }
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
    Map<String, Adapter> turned =
        Map.of("blk.0.ffn_up.weight", new Adapter(Matrix.zeros(2, 172), Matrix.zeros(64, 2), 3));
    for (Executable call :
        new Executable[] {
          () -> llama.beside(turned), () -> llama.merged(turned, BlockedKernels.BLOCKED)
        }) {
      message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.startsWith("the adapter for 'blk.0.ffn_up.weight' has A"), message);
    }
    Executable unknown = () -> llama.merged(Map.of("x", adapter), BlockedKernels.BLOCKED);
    message = assertThrows(IllegalArgumentException.class, unknown).getMessage();
    assertTrue(message.contains("'x': layers of attention"), message);
  }
}

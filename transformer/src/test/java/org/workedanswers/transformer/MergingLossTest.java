package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
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

/** What adapters lose that are merged into a base in few bits: the table of docs/models.md. */
class MergingLossTest {
  private static final Loop SEQUENTIAL = Loop.sequential();
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, SEQUENTIAL);

  private static GgufModel file(String format) {
    return GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
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

  /** Random adapters of rank 4 that change each matrix in blocks by a share of its size. */
  private static Map<String, Adapter> random(GgufModel model, double size) {
    SeededRandom random = new SeededRandom(11);
    Map<String, Adapter> adapters = new LinkedHashMap<>();
    model
        .tensors()
        .forEach(
            (name, tensor) -> {
              if (name.startsWith("blk.") && tensor.type().blocks().isPresent()) {
                Matrix w = tensor.matrix();
                Matrix a = random.gaussian(4, w.cols(), 1);
                Matrix b = random.gaussian(w.rows(), 4, 1);
                Matrix delta = new Adapter(a, b, 4).delta(BlockedKernels.BLOCKED, SEQUENTIAL);
                adapters.put(name, new Adapter(a, b, 4 * size * norm(w) / norm(delta)));
              }
            });
    return adapters;
  }

  private static double norm(Matrix m) {
    double sum = 0;
    for (float[] row : m.toArray()) {
      for (float x : row) {
        sum += (double) x * x;
      }
    }
    return Math.sqrt(sum);
  }

  /**
   * What merging into a base in few bits loses of the adapters: over all layers, the distance of
   * outputs of W' rounded again from those beside, in the size of what the adapters add. 0 is
   * nothing, 1 as much as if there were no adapter.
   */
  private static double lost(GgufModel model, Map<String, Adapter> adapters) {
    NamedWeights weights = new NamedWeights(model.tensors(), Storage.STORED);
    SeededRandom random = new SeededRandom(12);
    double off = 0;
    double added = 0;
    for (Map.Entry<String, Adapter> e : adapters.entrySet()) {
      Matrix w = model.tensor(e.getKey()).matrix();
      Linear own = weights.linear(e.getKey(), "none", w.rows(), w.cols());
      e.getValue().addDelta(BlockedKernels.BLOCKED, SEQUENTIAL, w);
      Linear merged = weights.inPlaceOf(e.getKey(), w, null, BlockedKernels.BLOCKED);
      Matrix x = random.gaussian(64, w.cols(), 1);
      Matrix beside = own.with(e.getValue()).apply(COMPUTE, x);
      off += Math.pow(distance(merged.apply(COMPUTE, x), beside), 2);
      added += Math.pow(distance(beside, own.apply(COMPUTE, x)), 2);
    }
    return Math.sqrt(off / added);
  }

  private static double distance(Matrix x, Matrix y) {
    Matrix difference = x.copy();
    for (int i = 0; i < x.data().length; i++) {
      difference.data()[i] -= y.data()[i];
    }
    return norm(difference);
  }

  /** A step d of a block, evenly missed, is off by d / √12: what Q8_0 must lose of the adapters. */
  private static double evenlyMissed(GgufModel model, Map<String, Adapter> adapters) {
    double off = 0;
    double added = 0;
    for (Map.Entry<String, Adapter> e : adapters.entrySet()) {
      Matrix w = model.tensor(e.getKey()).matrix();
      added += Math.pow(norm(e.getValue().delta(BlockedKernels.BLOCKED, SEQUENTIAL)), 2);
      e.getValue().addDelta(BlockedKernels.BLOCKED, SEQUENTIAL, w);
      for (int i = 0; i < w.data().length; i += 32) {
        double largest = 0;
        for (int j = i; j < i + 32; j++) {
          largest = Math.max(largest, Math.abs(w.data()[j]));
        }
        off += 32 * largest * largest / (127 * 127 * 12);
      }
    }
    return Math.sqrt(off / added);
  }

  /** The column of layers in docs/models.md. */
  @Test
  void whatMergingLosesOfALayersUpdate() {
    double[] sizes = {0.01, 0.05, 0.2};
    double[] eight = {0.485, 0.104, 0.0267};
    double[] four = {1.063, 0.935, 0.407};
    GgufModel q8 = file("q8_0");
    GgufModel q4 = file("q4_0");
    for (int i = 0; i < sizes.length; i++) {
      Map<String, Adapter> adapters = random(q8, sizes[i]);
      double lost = lost(q8, adapters);
      assertEquals(eight[i], lost, 0.02 * eight[i]);
      if (i > 0) { // a smaller update leaves weights near the levels that they come from
        assertEquals(evenlyMissed(q8, adapters), lost, 0.03 * lost);
      }
      assertEquals(four[i], lost(q4, random(q4, sizes[i])), 0.02 * four[i]);
    }
  }

  /** The columns of nats a token in docs/models.md. */
  @Test
  @Tag("long")
  void whatMergingLosesOfTheWholeSample() throws IOException {
    GgufModel q8 = file("q8_0");
    assertEquals(1, lost(q8, repair(q8, 16)), 0.01);
    assertNats(new double[] {1.26740, 1.26739, 1.26730}, nats(q8, repair(q8, 16), 100));
    assertNats(new double[] {1.26740, 1.27055, 1.27072}, nats(q8, random(q8, 0.01), 100));
    assertNats(new double[] {1.26740, 1.31506, 1.31763}, nats(q8, random(q8, 0.05), 100));
    assertNats(new double[] {1.26740, 2.52781, 2.53004}, nats(q8, random(q8, 0.2), 100));
    GgufModel q4 = file("q4_0");
    assertEquals(1, lost(q4, repair(q4, 16)), 0.01);
    assertNats(new double[] {1.37204, 1.33425, 1.37191}, nats(q4, repair(q4, 16), 100));
    assertNats(new double[] {1.37204, 1.37442, 1.37330}, nats(q4, random(q4, 0.01), 100));
    assertNats(new double[] {1.37204, 1.43286, 1.44767}, nats(q4, random(q4, 0.05), 100));
    assertNats(new double[] {1.37204, 2.85482, 2.97506}, nats(q4, random(q4, 0.2), 100));
  }

  private static void assertNats(double[] expected, double[] is) {
    assertArrayEquals(expected, is, 1e-4);
  }

  @Test
  void mergingIntoAQuantisedBaseLosesWhatStandsBesideIt() throws IOException {
    GgufModel q4 = file("q4_0");
    double[] means = nats(q4, repair(q4, 16), 2);
    double gained = means[0] - means[1];
    assertTrue(gained > 0.02, means[1] + " beside, " + means[0] + " without");
    assertTrue(means[0] - means[2] < 0.4 * gained, means[2] + " merged, " + means[1] + " beside");
  }

  /**
   * In nats a token of the sample: the base alone, with adapters beside it, with them merged and
   * rounded to the base's format again.
   */
  private static double[] nats(GgufModel model, Map<String, Adapter> adapters, int documents)
      throws IOException {
    GgufTokenizer tokenizer = GgufTokenizer.of(model);
    LlamaConfig config = Llama.config(model);
    assertEquals(30, adapters.size()); // ffn_down is in float32
    AdaptedLlama widened = new AdaptedLlama(config, model.tensors(), Storage.FLOAT);
    AdaptedLlama blocks = new AdaptedLlama(config, model.tensors(), Storage.STORED);
    Decoder merged = blocks.merged(adapters, BlockedKernels.BLOCKED);
    return new double[] {
      StoriesTest.ofTheSample(widened.base(), tokenizer, documents).mean(),
      StoriesTest.ofTheSample(widened.beside(adapters), tokenizer, documents).mean(),
      StoriesTest.ofTheSample(merged, tokenizer, documents).mean()
    };
  }
}

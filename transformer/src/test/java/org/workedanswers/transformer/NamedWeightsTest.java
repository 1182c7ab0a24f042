package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.workedanswers.transformer.LinearTest.refused;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.GgufWriter;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;

/** Tensors as a model's parts: their formats, their shapes, experts among them. */
class NamedWeightsTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int D = 64;
  private static final int HIDDEN = 20;
  private static final int EXPERTS = 4;

  @TempDir Path folder;

  private static GgufModel file(String format) {
    return GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
  }

  @Test
  void aTableIsHeldAsTheStorageSays() {
    for (String format : new String[] {"f16", "q8_0", "q4_0"}) {
      GgufModel model = file(format);
      Matrix wide = model.tensor("token_embd.weight").matrix();
      for (Storage storage : Storage.values()) {
        TokenTable table =
            new NamedWeights(model.tensors(), storage).table("token_embd.weight", 512, D);
        long bytes =
            switch (storage == Storage.FLOAT ? "f32" : format) {
              case "f32" -> 512 * D * 4;
              case "f16" -> 512 * D * 2;
              case "q8_0" -> 512 * D / 32 * 34;
              default -> 512 * D / 32 * 18;
            };
        assertEquals(bytes, table.bytes(), format + " " + storage);
        assertEquals(512, table.size());
        assertEquals(D, table.width());
        float[] row = new float[D + 3];
        table.row(411, row, 2);
        float[] expected = new float[D + 3];
        System.arraycopy(wide.row(411), 0, expected, 2, D);
        assertArrayEquals(expected, row);
      }
    }
  }

  @Test
  void tensorsOfOtherShapesAreRefused() {
    NamedWeights weights = new NamedWeights(file("f16").tensors(), Storage.FLOAT);
    refused("must be 63 values", () -> weights.vector("blk.0.attn_norm.weight", D - 1));
    refused("must be 65 values", () -> weights.vector("blk.0.attn_norm.weight", D + 1));
    refused("must be 64 values", () -> weights.vector("blk.0.attn_q.weight", D));
    refused("must be 64 x 32", () -> weights.matrix("blk.0.attn_k.weight", 64, 32)); // 32 x 64
    refused("must be 31 x 64", () -> weights.linear("blk.0.attn_k.weight", "none", 31, D));
    refused("must be 1 x 64", () -> weights.matrix("blk.0.attn_norm.weight", 1, D));
    refused("no tensor 'x'", () -> weights.table("x", 512, D));
  }

  /** Mixtral's: y = Σ over the two best of softmax(their logits) · down(silu(gate x) · up x). */
  @Test
  void expertsAgreeWithDoublePrecision() {
    SeededRandom random = new SeededRandom(3);
    Map<String, Matrix> made = new LinkedHashMap<>();
    for (int l = 0; l < 5; l++) {
      String part = "blk." + l + ".ffn_";
      made.put(part + "gate_inp", random.gaussian(EXPERTS, D, 1));
      made.put(part + "gate_exps", random.gaussian(EXPERTS * HIDDEN, D, 0.2));
      made.put(part + "up_exps", random.gaussian(EXPERTS * HIDDEN, D, 0.2));
      made.put(part + "down_exps", random.gaussian(EXPERTS * D, HIDDEN, 0.2));
    }
    GgufModel model = withExperts(made, EXPERTS);
    Decoder decoder = Llama.decoder(model, Storage.FLOAT);
    int[] tokens = {1, 403, 407, 261, 378, 432, 412, 5, 9};
    List<LayerTrace> layers = decoder.explain(COMPUTE, tokens).layers();
    boolean[] chosen = new boolean[EXPERTS];
    for (int l = 0; l < 5; l++) {
      String part = "blk." + l + ".ffn_";
      float[] gain = model.tensor(part + "norm.weight").floats();
      double[][] x = DoubleModel.doubles(layers.get(l).afterAttention());
      for (double[] row : x) {
        double square = Arrays.stream(row).map(v -> v * v).sum() / D;
        for (int j = 0; j < D; j++) {
          row[j] = row[j] / Math.sqrt(square + 1e-5) * gain[j];
        }
      }
      double[][] logits = DoubleModel.linear(x, made.get(part + "gate_inp"), null);
      double[][] y = new double[tokens.length][D];
      for (int i = 0; i < tokens.length; i++) {
        double[] own = logits[i];
        List<Integer> order = new ArrayList<>(List.of(0, 1, 2, 3));
        order.sort((a, b) -> Double.compare(own[b], own[a]));
        double second = Math.exp(own[order.get(1)] - own[order.get(0)]);
        for (int k = 0; k < 2; k++) {
          int e = order.get(k);
          chosen[e] = true;
          double weight = (k == 0 ? 1 : second) / (1 + second);
          double[][] one = expert(new double[][] {x[i]}, made, part, e);
          for (int j = 0; j < D; j++) {
            y[i][j] += weight * one[0][j];
          }
        }
      }
      LayerTest.assertClose(y, layers.get(l).feedForwardOutput(), "layer " + l);
    }
    assertArrayEquals(new boolean[] {true, true, true, true}, chosen);
    refused(
        "must be 3 x 20 x 64", () -> Llama.decoder(withExperts(made, EXPERTS - 1), Storage.FLOAT));
  }

  private static double[][] expert(double[][] x, Map<String, Matrix> made, String part, int e) {
    Matrix gate = made.get(part + "gate_exps").rows(e * HIDDEN, (e + 1) * HIDDEN);
    Matrix up = made.get(part + "up_exps").rows(e * HIDDEN, (e + 1) * HIDDEN);
    Matrix down = made.get(part + "down_exps").rows(e * D, (e + 1) * D);
    double[][] g = DoubleModel.linear(x, gate, null);
    double[][] u = DoubleModel.linear(x, up, null);
    for (int j = 0; j < HIDDEN; j++) {
      g[0][j] = g[0][j] / (1 + Math.exp(-g[0][j])) * u[0][j];
    }
    return DoubleModel.linear(g, down, null);
  }

  /** stories260K with experts in the place of its feed-forward parts. */
  private GgufModel withExperts(Map<String, Matrix> made, int count) {
    GgufModel model = file("f16");
    GgufWriter writer =
        new GgufWriter()
            .entries(model)
            .entry("llama.expert_count", count)
            .entry("llama.expert_used_count", 2)
            .entry("llama.feed_forward_length", HIDDEN);
    model.tensors().values().stream()
        .filter(t -> !t.name().matches(".*ffn_(gate|up|down)\\.weight"))
        .forEach(writer::tensor);
    made.forEach(
        (name, m) -> {
          long[] shape =
              name.endsWith("inp")
                  ? new long[] {m.rows(), m.cols()}
                  : new long[] {EXPERTS, m.rows() / EXPERTS, m.cols()};
          ByteBuffer bytes = ByteBuffer.allocate(4 * m.data().length);
          bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(m.data());
          writer.tensor(
              name + ".weight", ElementType.FLOAT32, shape, out -> out.write(bytes.array()));
        });
    Path path = folder.resolve(count + ".gguf");
    writer.write(path, true);
    return GgufModel.read(path);
  }

  @Test
  void aMatrixOfExpertsHasItsPlaceAndItsShape() {
    SeededRandom random = new SeededRandom(4);
    Matrix all = random.gaussian(EXPERTS * 3, 5, 1);
    Map<String, Matrix> made = Map.of("blk.0.ffn_up_exps", all);
    NamedWeights weights = new NamedWeights(withExperts(made, EXPERTS).tensors(), Storage.STORED);
    String name = "blk.0.ffn_up_exps.weight";
    for (int e = 0; e < EXPERTS; e++) {
      assertArrayEquals(
          all.rows(3 * e, 3 * e + 3).toArray(), weights.slice(name, e, EXPERTS, 3, 5).toArray());
    }
    refused("must be 3 x 3 x 5", () -> weights.slice(name, 0, 3, 3, 5));
    refused("must be 4 x 5 x 3", () -> weights.slice(name, 0, 4, 5, 3));
    refused("must be 4 x 3 x 4", () -> weights.slice(name, 0, 4, 3, 4));
  }
}

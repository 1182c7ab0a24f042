package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
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
import org.workedanswers.lora.Adapter;

/** Biases, which stories260K has none of and Qwen 2 has on Q, K and V. */
class BiasTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int[] TOKENS = {1, 403, 407, 261, 378};
  private static final String PART = "blk.0.attn_v";

  @TempDir Path folder;

  private GgufModel biased(GgufModel model, float[] bias) {
    GgufWriter writer = new GgufWriter().entries(model);
    model.tensors().values().forEach(writer::tensor);
    ByteBuffer bytes = ByteBuffer.allocate(4 * bias.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(bias);
    writer.tensor(
        PART + ".bias",
        ElementType.FLOAT32,
        new long[] {bias.length},
        out -> out.write(bytes.array()));
    Path file = folder.resolve("biased.gguf");
    writer.write(file, true);
    return GgufModel.read(file);
  }

  /**
   * Weights of attention sum to 1, so a bias of V adds W_O b to every token, b taken for each head.
   */
  @Test
  void aBiasOfValuesAddsItsProductWithTheOutput() {
    float[] bias = new SeededRandom(5).gaussian(1, 32, 1).data(); // 4 heads of 8
    Adapter none = new Adapter(Matrix.zeros(1, 64), Matrix.zeros(32, 1), 1);
    for (String format : new String[] {"f16", "q8_0", "q4_0"}) {
      GgufModel plain = GgufModel.read(SharedData.file("gguf/stories260K-" + format + ".gguf"));
      GgufModel biased = biased(plain, bias);
      Matrix output = plain.tensor("blk.0.attn_output.weight").matrix();
      for (Storage storage : Storage.values()) {
        AdaptedLlama without = new AdaptedLlama(Llama.config(plain), plain.tensors(), storage);
        AdaptedLlama with = new AdaptedLlama(Llama.config(biased), biased.tensors(), storage);
        Map<String, Adapter> adapters = Map.of(PART + ".weight", none);
        Calibration calibration =
            new Calibration((readers, x) -> readers.stream().map(r -> r.stored().get()).toList());
        Decoder calibrated =
            Llama.decoder(Llama.config(biased), biased.tensors(), storage, calibration);
        assertEquals(without.base().parameters(true) + 32, with.base().parameters(true));
        assertEquals(with.base().parameters(true), calibrated.parameters(true));
        Matrix before = attention(without.base());
        for (Decoder decoder :
            new Decoder[] {
              with.base(),
              with.beside(adapters),
              with.merged(adapters, BlockedKernels.BLOCKED),
              calibrated
            }) {
          Matrix after = attention(decoder);
          for (int j = 0; j < 64; j++) {
            double added = 0;
            for (int c = 0; c < 64; c++) { // two heads of queries share one of values
              added += (double) output.get(j, c) * bias[c / 16 * 8 + c % 8];
            }
            for (int i = 0; i < TOKENS.length; i++) {
              double within = storage == Storage.FAST ? 0.02 : 1e-5; // activations in Q8_0
              assertEquals(added, after.get(i, j) - before.get(i, j), within, format + storage);
            }
          }
        }
      }
    }
  }

  private static Matrix attention(Decoder decoder) {
    return decoder.explain(COMPUTE, TOKENS).layers().get(0).attentionOutput();
  }
}

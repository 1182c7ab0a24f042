package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.GgufWriter;
import org.workedanswers.checkpoints.Tensor;
import org.workedanswers.core.SharedData;

/** A model with experts: no calibration sees what reaches them, and the page says so. */
class QuantizeExpertsTest {
  private static final int EXPERTS = 2;
  private static final String GATES = "blk.0.ffn_gate_exps.weight";

  @TempDir Path folder;

  /**
   * stories260K with two experts a layer, the second the first times a half, one of them active.
   */
  private Path mixture() {
    GgufModel stories = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    GgufWriter writer =
        new GgufWriter()
            .entries(stories)
            .entry("llama.expert_count", EXPERTS)
            .entry("llama.expert_used_count", 1);
    for (Tensor tensor : stories.tensors().values()) {
      if (tensor.name().matches("blk\\.\\d+\\.ffn_(gate|up|down)\\.weight")) {
        float[] values = tensor.floats();
        float[] all = Arrays.copyOf(values, EXPERTS * values.length);
        for (int i = 0; i < values.length; i++) {
          all[values.length + i] = values[i] / 2;
        }
        long[] shape = tensor.shape();
        String name = tensor.name().replace(".weight", "_exps.weight");
        add(writer, name, all, EXPERTS, shape[0], shape[1]);
      } else {
        writer.tensor(tensor);
      }
    }
    for (int l = 0; l < 5; l++) {
      float[] router = new float[EXPERTS * 64];
      router[l] = 1;
      router[64 + l] = -1;
      add(writer, "blk." + l + ".ffn_gate_inp.weight", router, EXPERTS, 64);
    }
    Path file = folder.resolve("mixture.gguf");
    writer.write(file, false);
    return file;
  }

  private static void add(GgufWriter writer, String name, float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    writer.tensor(name, ElementType.FLOAT32, shape, out -> out.write(bytes.array()));
  }

  @Test
  void expertsAreRoundedToNearestAndThePageSaysSo() throws IOException {
    Path from = mixture();
    Path plain = folder.resolve("plain.gguf");
    Path to = folder.resolve("gptq.gguf");
    assertEquals(0, quantize(from, plain).status());
    Run run =
        quantize(
            from,
            to,
            "--method",
            "gptq",
            "--calibrate",
            SharedData.file("llm/tinyshakespeare.txt").toString(),
            "--calibrate-tokens",
            "100");
    assertEquals(0, run.status(), run.err());
    String page = run.out().replaceAll("\\s+", " ");
    // 5 layers' gates and ups; rows of 172 are not whole blocks
    assertTrue(
        page.contains(
            "Rounded to nearest, since what reaches an expert is not gathered: 10 tensors"),
        page);
    GgufModel nearest = GgufModel.read(plain);
    GgufModel given = GgufModel.read(to);
    assertArrayEquals(nearest.tensor(GATES).floats(), given.tensor(GATES).floats());
    String query = "blk.0.attn_q.weight";
    assertFalse(Arrays.equals(nearest.tensor(query).floats(), given.tensor(query).floats()), query);
  }

  private static Run quantize(Path from, Path to, String... more) {
    String[] all = {
      "quantize", from.toString(), to.toString(), "--to", "q4_0", "--kernels", "blocked"
    };
    String[] arguments = Arrays.copyOf(all, all.length + more.length);
    System.arraycopy(more, 0, arguments, all.length, more.length);
    return Run.study(arguments);
  }
}

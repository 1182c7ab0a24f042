package org.workedanswers.huggingface;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.Safetensors;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.AdaptedLlama;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Decoder;
import org.workedanswers.transformer.Llama;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Storage;

/** Adapters on stories260K, held against the model whose weights are W + s B A from the start. */
class PeftAdapterTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int[] TOKENS = {1, 403, 407, 261, 378, 432, 412, 5, 9};

  /** α is no r, two parts have a rank of their own, one another α. */
  private static final String CONFIG =
      """
      {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": 3, "lora_alpha": 5, "bias": "none",
       "target_modules": ["q_proj", "k_proj"], "use_rslora": %s, "modules_to_save": null,
       "rank_pattern": {"k_proj": 2, "1.mlp.down_proj": 7}, "alpha_pattern": {"layers.2.self_attn.v_proj": 11.5},
       "fan_in_fan_out": false, "init_lora_weights": true, "layer_replication": null}
      """;

  private static final String[] PARTS = {
    "self_attn.q_proj",
    "self_attn.k_proj",
    "self_attn.v_proj",
    "self_attn.o_proj",
    "mlp.gate_proj",
    "mlp.up_proj",
    "mlp.down_proj"
  };

  @TempDir Path folder;
  private Map<String, Matrix> model;
  private final Map<String, Matrix> adapter = new LinkedHashMap<>();

  /** Layers 0 to 2 have adapters, 3 and 4 have none. */
  @BeforeEach
  void make() {
    model = StoriesFolder.tensors();
    SeededRandom random = new SeededRandom(5);
    for (int l = 0; l < 3; l++) {
      for (String part : PARTS) {
        String module = "model.layers." + l + "." + part;
        Matrix w = model.get(module + ".weight");
        int r = rank(module);
        adapter.put(
            "base_model.model." + module + ".lora_A.weight", random.gaussian(r, w.cols(), 0.1));
        adapter.put(
            "base_model.model." + module + ".lora_B.weight", random.gaussian(w.rows(), r, 0.1));
      }
    }
  }

  private static int rank(String module) {
    return module.endsWith("k_proj") ? 2 : module.endsWith("1.mlp.down_proj") ? 7 : 3;
  }

  private static double alpha(String module) {
    return module.endsWith("layers.2.self_attn.v_proj") ? 11.5 : 5;
  }

  /** W + s B A, in double precision. */
  private Map<String, Matrix> whole(boolean rankStabilized) {
    Map<String, Matrix> whole = new LinkedHashMap<>(model);
    for (String name : adapter.keySet()) {
      if (name.endsWith(".lora_A.weight")) {
        String module = name.replace("base_model.model.", "").replace(".lora_A.weight", "");
        Matrix a = adapter.get(name);
        Matrix b = adapter.get(name.replace("lora_A", "lora_B"));
        int r = rank(module);
        double s = alpha(module) / (rankStabilized ? Math.sqrt(r) : r);
        Matrix w = model.get(module + ".weight").copy();
        for (int i = 0; i < w.rows(); i++) {
          for (int j = 0; j < w.cols(); j++) {
            double sum = 0;
            for (int k = 0; k < r; k++) {
              sum += (double) b.get(i, k) * a.get(k, j);
            }
            w.set(i, j, (float) (w.get(i, j) + s * sum));
          }
        }
        whole.put(module + ".weight", w);
      }
    }
    return whole;
  }

  private static float[][] logits(Decoder decoder) {
    return decoder.start(COMPUTE, TOKENS.length).feed(TOKENS).toArray();
  }

  private static void assertClose(float[][] expected, float[][] is, float within) {
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(expected[i], is[i], within);
    }
  }

  private void write(boolean rankStabilized) throws IOException {
    Files.writeString(folder.resolve("adapter_config.json"), String.format(CONFIG, rankStabilized));
    Files.write(folder.resolve("adapter_model.safetensors"), StoriesFolder.safetensors(adapter));
  }

  @Test
  void besideAndMergedAreTheModelWithOtherWeights() throws IOException {
    Path base = Files.createDirectory(folder.resolve("base"));
    StoriesFolder.write(base, model);
    LlamaFolder hf = LlamaFolder.read(base);
    AdaptedLlama halves = new AdaptedLlama(hf.config(), hf.tensors(), Storage.FLOAT);
    GgufModel gguf = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
    LlamaConfig config = Llama.config(gguf);
    AdaptedLlama neighbours = new AdaptedLlama(config, gguf.tensors(), Storage.FLOAT);
    float[][] bare = logits(halves.base());
    for (boolean rankStabilized : new boolean[] {false, true}) {
      Path other = Files.createDirectory(folder.resolve("other" + rankStabilized));
      StoriesFolder.write(other, whole(rankStabilized));
      float[][] expected = logits(LlamaFolder.read(other).decoder(Storage.FLOAT));
      write(rankStabilized);
      PeftAdapter read = PeftAdapter.read(folder);
      assertClose(expected, logits(halves.beside(read.adapters(hf.config()))), 2e-4f);
      assertClose(
          expected,
          logits(halves.merged(read.adapters(hf.config()), BlockedKernels.BLOCKED)),
          2e-4f);
      assertClose(expected, logits(neighbours.beside(read.adapters(config))), 2e-4f);
      assertClose(
          expected,
          logits(neighbours.merged(read.adapters(config), BlockedKernels.BLOCKED)),
          2e-4f);
      assertTrue(Math.abs(expected[8][3] - bare[8][3]) > 0.05, "the adapter does little");
    }
    // What was merged and what stood beside have left the base alone, bit for bit.
    assertClose(bare, logits(halves.base()), 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"r\": 3 | \"r\": 4 | r is 4: they must be r x in and out x r",
        "\"r\": 3 | \"r\": 0 | r is 0",
        "\"r\": 3, | '' | r is not there",
        "\"lora_alpha\": 5 | \"lora_alpha\": 0 | alpha is 0",
        "\"lora_alpha\": 5 | \"lora_alpha\": \"x\" | lora_alpha is",
        "\"LORA\" | \"IA3\" | peft_type is IA3",
        "\"bias\": \"none\" | \"bias\": \"all\" | bias is all",
        "\"fan_in_fan_out\": false | \"fan_in_fan_out\": true | fan_in_fan_out is true",
        "\"fan_in_fan_out\": false | \"use_dora\": true | use_dora is true",
        "\"modules_to_save\": null | \"modules_to_save\": [\"lm_head\"] | modules_to_save is there",
        "\"init_lora_weights\": true | \"init_lora_weights\": \"pissa\" | init_lora_weights is \"pissa\"",
        "\"k_proj\": 2 | \"(.*)+k_proj\": 2 | only names of parts",
        "{\"peft | [\"peft | it is no JSON",
      })
  void aConfigurationThatIsNotUnderstoodIsRefused(String from, String to, String message)
      throws IOException {
    String config = String.format(CONFIG, false).replace(from, to);
    Files.writeString(folder.resolve("adapter_config.json"), config);
    Files.write(folder.resolve("adapter_model.safetensors"), StoriesFolder.safetensors(adapter));
    assertMessage(folder + ": ", () -> PeftAdapter.read(folder));
    assertMessage(message, () -> PeftAdapter.read(folder));
  }

  private PeftAdapter of() throws IOException {
    return PeftAdapter.of(
        String.format(CONFIG, false).getBytes(StandardCharsets.UTF_8),
        Safetensors.read(StoriesFolder.safetensors(adapter)).tensors());
  }

  private void refused(String message, String name, Matrix tensor) {
    Map<String, Matrix> before = new LinkedHashMap<>(adapter);
    if (tensor == null) {
      adapter.remove(name);
    } else {
      adapter.put(name, tensor);
    }
    assertMessage(
        message,
        () -> {
          GgufModel gguf = GgufModel.read(SharedData.file("gguf/stories260K-q8_0.gguf"));
          LlamaConfig config = Llama.config(gguf);
          new AdaptedLlama(config, gguf.tensors(), Storage.STORED).beside(of().adapters(config));
        });
    adapter.clear();
    adapter.putAll(before);
  }

  @Test
  void tensorsThatDoNotFitAreRefused() {
    String q = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
    refused("q_proj has no lora_B", q + "B.weight", null);
    refused("q_proj has no lora_A", q + "A.weight", null);
    refused("stands there twice", q + "A.default.weight", Matrix.zeros(3, 64));
    refused("they must be r x in and out x r", q + "A.weight", Matrix.zeros(2, 64));
    refused("blk.0.attn_q.weight' has A 3 x 60", q + "A.weight", Matrix.zeros(3, 60));
    refused("must be whole heads of 8", q + "B.weight", Matrix.zeros(63, 3));
    Matrix nan = Matrix.zeros(3, 64);
    nan.set(1, 1, Float.NaN);
    refused("has a value that is NaN", q + "A.weight", nan);
    refused("'model.embed.x' is no layer's", "model.embed.x", nan);
    adapter.put(q.replace("q_proj", "x") + "B.weight", Matrix.zeros(64, 3));
    refused(
        "is of no part that is understood",
        q.replace("q_proj", "x") + "A.weight",
        Matrix.zeros(3, 64));
    adapter.remove(q.replace("q_proj", "x") + "B.weight");
    String far = q.replace("layers.0", "layers.9");
    adapter.put(far + "B.weight", Matrix.zeros(64, 3));
    refused(
        "'blk.9.attn_q.weight', which the model has not", far + "A.weight", Matrix.zeros(3, 64));
  }

  private static void assertMessage(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count());
  }
}

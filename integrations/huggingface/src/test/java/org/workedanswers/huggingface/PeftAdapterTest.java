package org.workedanswers.huggingface;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
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
       "target_modules": ["k_proj", "q_proj", "v_proj", "o_proj", "gate_proj", "mlp.up_proj", "down_proj"],
       "use_rslora": %s, "modules_to_save": null, "layers_to_transform": [0, 1, 2],
       "rank_pattern": {"k_proj": 2, "^model.layers.1.mlp.down_proj": 7, "^down_proj": 9},
       "alpha_pattern": {"layers.2.self_attn.v_proj": 11.5},
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
        "\"lora_alpha\": 5 | \"lora_alpha\": -5 | lora_alpha is -5",
        "\"lora_alpha\": 5 | \"lora_alpha\": 1e999 | lora_alpha is",
        "\"r\": 3 | \"r\": 3.5 | r is 3.5",
        "\"r\": 3 | \"r\": -3 | r is -3",
        "\"k_proj\": 2 | \"k_proj\": -2 | rank_pattern.k_proj is -2",
        "\"use_rslora\": false | \"use_rslora\": 1 | use_rslora is 1",
        "\"use_rslora\": false | \"arrow_config\": {\"top_k\": 3} | it has 'arrow_config'",
        "\"use_rslora\": false | \"use_qalora\": true | use_qalora is true",
        "\"use_rslora\": false | \"lora_bias\": true | lora_bias is true",
        "\"use_rslora\": false | \"trainable_token_indices\": [7] | trainable_token_indices is there: vectors",
        "\"use_rslora\": false | \"use_new\": true | it has 'use_new'",
        "\"use_rslora\": false | \"use_bdlora\": {\"nblocks\": 2} | it has 'use_bdlora'",
        "\"layer_replication\": null | \"layer_replication\": [[0, 2]] | layer_replication is there",
        "\"o_proj\", | '' | model.layers.0.self_attn.o_proj, which target_modules does not name",
        "\"o_proj\" | 7 | target_modules[3] is 7",
        "[0, 1, 2] | 1 | is in none of the layers_to_transform",
        "[0, 1, 2] | \"x\" | layers_to_transform is",
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
    refused(
        "64 x 2 and r is 3: they must be r x in and out x r", q + "B.weight", Matrix.zeros(64, 2));
    refused("64 x 3 and W is 64 x 64: they must be", q + "A.weight", Matrix.zeros(3, 60));
    refused("63 x 3 and W is 64 x 64", q + "B.weight", Matrix.zeros(63, 3));
    Matrix nan = Matrix.zeros(3, 64);
    nan.set(1, 1, Float.NaN);
    refused("has a value that is NaN", q + "A.weight", nan);
    refused("'model.embed.x' is no layer's", "model.embed.x", nan);
    Matrix infinite = Matrix.zeros(64, 3);
    infinite.set(63, 2, Float.NEGATIVE_INFINITY);
    refused("has a value that is -Infinity", q + "B.weight", infinite);
    pairRefused("is of no part that is understood", "model.layers.0.self_attn.x", 64, 64);
    pairRefused("model.layers.9.self_attn.q_proj, and the model has 5", "model.layers.9", 64, 64);
    pairRefused("and the model has 5", "model.layers.5.self_attn.q_proj", 64, 64);
    assertMessage("there is no adapter in it", () -> of("{\"r\": 3, \"lora_alpha\": 5}", Map.of()));
    pairRefused("model.embed_tokens: layers of attention", "model.embed_tokens", 512, 64);
    pairRefused("model.norm: layers of attention", "model.norm", 64, 64);
    pairRefused("lm_head, and this model has no head", "lm_head", 512, 64);
  }

  /** Whatever targets say, a part of that name has A and B of rank 3. */
  private void pairRefused(String message, String module, int out, int in) {
    String name = "base_model.model." + module + (module.endsWith("9") ? ".self_attn.q_proj" : "");
    Map<String, Matrix> pair =
        Map.of(
            name + ".lora_A.weight", Matrix.zeros(3, in),
            name + ".lora_B.weight", Matrix.zeros(out, 3));
    assertMessage(message, () -> of("{\"r\": 3, \"lora_alpha\": 5}", pair).adapters(stories()));
  }

  private static LlamaConfig stories() {
    return Llama.config(GgufModel.read(SharedData.file("gguf/stories260K-q8_0.gguf")));
  }

  private static PeftAdapter of(String config, Map<String, Matrix> tensors) throws IOException {
    return PeftAdapter.of(
        config.getBytes(StandardCharsets.UTF_8),
        Safetensors.read(StoriesFolder.safetensors(tensors)).tensors());
  }

  private static Map<String, Matrix> queries(int rank) {
    String q = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
    return Map.of(q + "A.weight", Matrix.zeros(rank, 64), q + "B.weight", Matrix.zeros(64, rank));
  }

  /** What PEFT 0.19 writes for a plain adapter, every key of it. */
  @Test
  void aWholeConfigurationOfPeftsIsRead() throws IOException {
    String config =
        """
        {"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null,
         "auto_mapping": {"base_model_class": "LlamaForCausalLM"}, "base_model_name_or_path": "x/y",
         "bias": "none", "corda_config": null, "ensure_weight_tying": false, "eva_config": null,
         "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true,
         "init_lora_weights": "gaussian", "layer_replication": null, "layers_pattern": null,
         "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 16.0, "lora_bias": false,
         "lora_dropout": 0.05, "lora_ga_config": null, "megatron_config": null,
         "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA",
         "peft_version": "0.19.1", "qalora_group_size": 16, "r": 6, "rank_pattern": {},
         "revision": null, "target_modules": %s, "target_parameters": null,
         "task_type": "CAUSAL_LM", "trainable_token_indices": null, "use_bdlora": null,
         "use_dora": false, "use_qalora": false, "use_rslora": false}
        """;
    for (String targets :
        new String[] {
          "[\"q_proj\", \"v_proj\"]", "\"all-linear\"", "\".*layers.0.*(q|v)_proj\"", "null", "[]"
        }) {
      PeftAdapter read = of(String.format(config, targets), queries(6));
      assertEquals(16f / 6, read.adapters(stories()).get("blk.0.attn_q.weight").scale());
      assertEquals(4 * 2 * 6 * 64, read.bytes());
      assertEquals(Set.of("blk.0.attn_q.weight"), read.tensors());
    }
    for (String start : new String[] {"eva", "orthogonal", "gaussian"}) { // the base as it was
      String few = "{\"r\": 6, \"lora_alpha\": 3, \"init_lora_weights\": \"" + start + "\"}";
      PeftAdapter read = of(few, queries(6));
      assertEquals(0.5f, read.adapters(stories()).get("blk.0.attn_q.weight").scale(), "α / r");
    }
    PeftAdapter large = of("{\"r\": 65, \"lora_alpha\": 5}", queries(65));
    assertMessage("q_proj: rank r is 65 and W is 64 x 64", () -> large.adapters(stories()));
  }

  /** Names match whole or behind a dot, layers count beside a list of targets alone. */
  @Test
  void namesThatAreNotTheWholePartsSayNothingOfIt() throws IOException {
    for (String more :
        new String[] {
          "\"rank_pattern\": {\"proj\": 9, \"_proj\": 8, \"^model.layers.0.self_attn.q\": 7}",
          "\"alpha_pattern\": {\"proj\": 9, \"^q_proj\": 8, \"^model\": 7}",
          "\"target_modules\": \"all-linear\", \"layers_to_transform\": [3]"
        }) {
      PeftAdapter read = of("{\"r\": 6, \"lora_alpha\": 3, " + more + "}", queries(6));
      assertEquals(0.5f, read.adapters(stories()).get("blk.0.attn_q.weight").scale(), more);
    }
    String ends = "{\"r\": 6, \"lora_alpha\": 3, \"target_modules\": [\"proj\"]}";
    assertMessage("target_modules does not name", () -> of(ends, queries(6)));
  }

  /** A file of 7 GB that holds nothing but a header, and says so of its shape. */
  @Test
  void whatIsTooLargeForTheModelIsRefusedUnread() throws IOException {
    String name = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
    long width = 600_000_000L;
    String header =
        String.format(
            "{\"%sA.weight\": {\"dtype\": \"F32\", \"shape\": [3, %d], \"data_offsets\": [0, %d]},"
                + "\"%sB.weight\": {\"dtype\": \"F32\", \"shape\": [64, 3], \"data_offsets\": [%d, %d]}}",
            name, width, 12 * width, name, 12 * width, 12 * width + 768);
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    Path file = folder.resolve("adapter_model.safetensors");
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE)) {
      ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
      channel.write(length.putLong(0, text.length), 0);
      channel.write(ByteBuffer.wrap(text), 8);
      channel.write(ByteBuffer.allocate(1), 8 + text.length + 12 * width + 767);
    }
    Files.writeString(folder.resolve("adapter_config.json"), "{\"r\": 3, \"lora_alpha\": 5}");
    PeftAdapter read = PeftAdapter.read(folder);
    assertEquals(12 * width + 768, read.bytes());
    assertMessage("3 x 600000000 and ", () -> read.adapters(stories()));
  }

  /** Whatever stands in the files, they are read or refused. */
  @Test
  void damagedFilesAreReadOrRefused() throws IOException {
    LlamaConfig config = stories();
    byte[] settings = String.format(CONFIG, false).getBytes(StandardCharsets.UTF_8);
    byte[] whole = StoriesFolder.safetensors(adapter);
    int header = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong(0) + 8;
    SeededRandom random = new SeededRandom(8);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] json = settings.clone();
      byte[] tensors = whole.clone();
      byte[] damaged = i % 2 == 0 ? json : tensors;
      int span = i % 2 == 0 ? json.length : i % 16 == 1 ? whole.length : header;
      if (i % 10 == 9) {
        tensors = Arrays.copyOf(tensors, random.below(tensors.length));
      } else {
        for (int n = 0; n <= random.below(3); n++) {
          damaged[random.below(span)] = (byte) random.below(random.coin() ? 256 : 64);
        }
      }
      try {
        PeftAdapter.of(json, Safetensors.read(tensors).tensors()).adapters(config);
      } catch (IllegalArgumentException e) {
        refused++;
      }
    }
    assertTrue(refused > 1000, refused + " refused");
    assertTrue(refused < 2000, refused + " refused");
  }

  private static void assertMessage(String part, Executable call) {
    String message = assertThrows(IllegalArgumentException.class, call).getMessage();
    assertTrue(message.contains(part), message);
    assertEquals(1, message.lines().count());
  }
}

package org.workedanswers.huggingface;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.workedanswers.attention.DynamicNtkScaling;
import org.workedanswers.attention.Llama3Scaling;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Check;
import org.workedanswers.core.Loop;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.core.SharedData;
import org.workedanswers.transformer.Compute;
import org.workedanswers.transformer.Generation;
import org.workedanswers.transformer.GgufTokenizer;
import org.workedanswers.transformer.LlamaConfig;
import org.workedanswers.transformer.Storage;
import org.workedanswers.transformer.sampling.Sampler;
import org.workedanswers.transformer.sampling.SamplerSettings;

class LlamaFolderTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theGreedyTextIsThatOfLlama2c(boolean sharded) throws IOException {
    StoriesFolder.write(directory, sharded);
    LlamaFolder folder = LlamaFolder.read(directory);
    assertEquals(Set.of(2), folder.ends());
    GgufTokenizer tokenizer =
        GgufTokenizer.of(GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf")));
    int[] written =
        Generation.write(
            folder
                .decoder(Storage.FLOAT)
                .start(Compute.plain(BlockedKernels.BLOCKED, Loop.sequential()), 257),
            new int[] {1},
            256,
            new Sampler(SamplerSettings.GREEDY),
            new SeededRandom(1),
            t -> true);
    String page = Files.readString(SharedData.file("llm/stories260K.md"), StandardCharsets.UTF_8);
    int from = page.indexOf("Once upon a time");
    assertEquals(
        page.substring(from, page.indexOf("\n```", from)),
        tokenizer.tokenizer().decode(written).strip());
  }

  private static ObjectNode config() throws IOException {
    return (ObjectNode) new ObjectMapper().readTree(StoriesFolder.CONFIG);
  }

  private static LlamaConfig read(ObjectNode config) {
    return LlamaFolder.of(config.toString().getBytes(StandardCharsets.UTF_8), Map.of()).config();
  }

  @Test
  void whatIsNotNamedIsAsInTransformers() throws IOException {
    ObjectNode config = config();
    config.remove(
        List.of(
            "num_key_value_heads",
            "rms_norm_eps",
            "rope_theta",
            "rope_scaling",
            "hidden_act",
            "tie_word_embeddings",
            "eos_token_id",
            "torch_dtype",
            "model_type"));
    LlamaConfig read = read(config);
    assertEquals(8, read.shape().attention().kvHeads());
    assertEquals(8, read.shape().attention().headSize());
    assertEquals(1e-6, read.epsilon());
    assertEquals(10_000, read.ropeBase());
    assertEquals(RopeScaling.plain(), read.scaling());
    assertTrue(!read.shape().embedding().tied());
    assertEquals(512, read.context());
    config.put("head_dim", 16).put("rope_theta", 500_000);
    assertEquals(16, read(config).shape().attention().headSize());
    assertEquals(500_000, read(config).ropeBase());
  }

  /** As in published files: Llama 3.1's, Qwen 2.5's with YaRN, and two of older form. */
  @Test
  void scalingsOfPositions() throws IOException {
    assertEquals(
        new Llama3Scaling(8, 1, 4, 8192),
        scaled(
                """
                {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                 "original_max_position_embeddings": 8192, "rope_type": "llama3"}""")
            .scaling());
    LlamaConfig yarn =
        scaled(
            """
            {"factor": 4.0, "original_max_position_embeddings": 32768, "type": "yarn"}""");
    assertEquals(new YarnScaling(4, 32768), yarn.scaling());
    assertEquals(131072, yarn.context());
    assertEquals(
        new PositionInterpolation(2.5),
        scaled("{\"type\": \"linear\", \"factor\": 2.5}").scaling());
    assertEquals(
        new DynamicNtkScaling(2, 512), scaled("{\"type\": \"dynamic\", \"factor\": 2}").scaling());
    assertEquals(
        LlamaConfig.GROWING,
        scaled("{\"type\": \"dynamic\", \"factor\": 2}").length(),
        "as far as the text at hand needs it");
    assertEquals(512, scaled("{\"type\": \"default\"}").length());
    assertEquals(
        new DynamicNtkScaling(2, 256),
        scaled(
                """
                {"rope_type": "dynamic", "factor": 2, "original_max_position_embeddings": 256}""")
            .scaling());
    assertEquals(
        new PositionInterpolation(3),
        scaled("{\"type\": \"linear\", \"factor\": 3, \"mscale\": null}").scaling());
    assertEquals(
        new YarnScaling(4, 32768, 16, 2, 1.5),
        scaled(
                """
                {"factor": 4.0, "original_max_position_embeddings": 32768, "type": "yarn",
                 "beta_fast": 16, "beta_slow": 2, "attention_factor": 1.5}""")
            .scaling());
    // The file's own length counts where it is more than the scaling reaches, and arrays end.
    assertEquals(
        512,
        scaled(
                """
                {"factor": 1.5, "original_max_position_embeddings": 300, "type": "yarn"}""")
            .context());
    assertEquals(
        Check.MAX_ELEMENTS,
        scaled(
                """
                {"factor": 1e6, "original_max_position_embeddings": 1000000, "type": "yarn"}""")
            .context());
    ObjectNode newer = config();
    newer.remove("rope_theta");
    newer.set(
        "rope_parameters",
        new ObjectMapper().readTree("{\"rope_type\": \"default\", \"rope_theta\": 1000000}"));
    assertEquals(1e6, read(newer).ropeBase());
    assertEquals(RopeScaling.plain(), read(newer).scaling());
    newer.set(
        "rope_parameters",
        new ObjectMapper()
            .readTree("{\"rope_type\": \"linear\", \"factor\": 2.5, \"rope_theta\": 1000000}"));
    assertEquals(1e6, read(newer).ropeBase());
    assertEquals(new PositionInterpolation(2.5), read(newer).scaling());
  }

  private static LlamaConfig scaled(String scaling) throws IOException {
    ObjectNode config = config();
    config.set("rope_scaling", new ObjectMapper().readTree(scaling));
    return read(config);
  }

  /** Up to the window's length a position sees all before it, as without one. */
  @Test
  void theContextEndsWithTheWindow() throws IOException {
    ObjectNode config = config();
    config.putArray("architectures").add("MistralForCausalLM");
    assertEquals(512, read(config.putNull("sliding_window")).context());
    assertEquals(100, read(config.put("sliding_window", 100)).context());
    config.putArray("architectures").add("Qwen2ForCausalLM");
    assertEquals(512, read(config).context(), "Qwen 2 has one where it says so alone");
    assertEquals(512, read(config.put("use_sliding_window", false)).context());
    assertEquals(100, read(config.put("use_sliding_window", true)).context());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "architectures | [\"GemmaForCausalLM\"] | GemmaForCausalLM",
        "architectures | [] | must name one",
        "architectures | [\"LlamaForCausalLM\", \"LlamaForCausalLM\"] | must name one",
        "architectures | null | architectures is not there",
        "hidden_size | null | hidden_size is not there",
        "hidden_size | 0 | hidden_size is 0",
        "hidden_size | 64.5 | hidden_size is 64.5",
        "num_hidden_layers | 99999999 | num_hidden_layers is 99999999",
        "num_attention_heads | -8 | num_attention_heads is -8",
        "num_key_value_heads | 3 | 3",
        "rms_norm_eps | \"small\" | rms_norm_eps is",
        "rms_norm_eps | 0 | epsilon",
        "rope_theta | -1 | ropeBase",
        "hidden_act | \"gelu\" | hidden_act is gelu",
        "quantization_config | {} | quantization_config",
        "partial_rotary_factor | 0.5 | partial_rotary_factor",
        "tie_word_embeddings | 1 | tie_word_embeddings is 1",
        "eos_token_id | \"x\" | eos_token_id is",
        "rope_scaling | {\"type\": \"longrope\"} | longrope",
        "rope_scaling | {\"type\": \"linear\"} | rope_scaling.factor is not there",
        "rope_scaling | {\"type\": \"linear\", \"factor\": 0.5} | factor",
        "rope_scaling | {\"type\": \"yarn\", \"factor\": 4, \"mscale\": 1} | mscale",
      })
  void whatIsNotUnderstoodIsNamed(String key, String value, String named) throws IOException {
    ObjectNode config = config();
    config.set(key, new ObjectMapper().readTree(value));
    String message = assertThrows(IllegalArgumentException.class, () -> read(config)).getMessage();
    assertTrue(message.startsWith("config.json: ") && message.contains(named), message);
  }

  @Test
  void tensorsOfOtherPartsAreNamed() {
    assertEquals(
        Map.of("blk.3.attn_q.bias", 1, "output.weight", 2),
        LlamaNames.renamed(
            Map.of(
                "model.layers.3.self_attn.q_proj.bias", 1,
                "lm_head.weight", 2,
                "model.layers.3.self_attn.rotary_emb.inv_freq", 3)));
    for (String other :
        List.of(
            "model.layers.0.self_attn.q_norm.weight",
            "model.layers.01.mlp.up_proj.weight",
            "model.layers.0.mlp.experts.0.w1.weight",
            "lm_head.bias",
            "")) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> LlamaNames.renamed(Map.of(other, 1)))
              .getMessage();
      assertTrue(message.contains("'" + other + "'"), message);
    }
  }

  @Test
  void foldersThatCantBeRead() throws IOException {
    assertRefused("config.json");
    StoriesFolder.write(directory, true);
    Path index = directory.resolve("model.safetensors.index.json");
    String whole = Files.readString(index);
    Files.writeString(index, whole.replace("model-00001", "../model-00001"));
    assertRefused("no name of a file");
    Files.writeString(index, "{\"weight_map\": {}}");
    assertRefused("index.json: it names no file of safetensors");
    Files.writeString(index, whole.substring(0, whole.length() / 2));
    assertRefused("index.json: it is no JSON");
    Files.writeString(index, "{\"weight_map\": {\"a\": 3}}");
    assertRefused("index.json: weight_map.a is 3: it must be a text");
    String first = "\"model.embed_tokens.weight\"";
    assertTrue(whole.contains(first), whole);
    Files.writeString(index, whole.replace(first, "\"model.other.weight\""));
    assertRefused("index.json: 'model.other.weight' stands by it in model-0000");
    String swapped = whole.replace("model-00001", "x").replace("model-00002", "model-00001");
    Files.writeString(index, swapped.replace("\"x", "\"model-00002"));
    assertRefused("which has it not");
    Files.writeString(index, whole.replace("model-00001", "model-00003"));
    assertRefused("model-00003");
    Files.writeString(index, whole);
    Files.writeString(directory.resolve("generation_config.json"), "{\"eos_token_id\": [2, 5]}");
    assertEquals(Set.of(2, 5), LlamaFolder.read(directory).ends());
    Files.writeString(directory.resolve("config.json"), "{");
    assertRefused("no JSON");
    Files.delete(index);
    assertRefused("neither");
  }

  private void assertRefused(String why) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> LlamaFolder.read(directory))
            .getMessage();
    assertTrue(message.contains(why), message);
  }
}

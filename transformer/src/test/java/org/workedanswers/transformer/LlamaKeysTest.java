package org.workedanswers.transformer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.attention.PositionInterpolation;
import org.workedanswers.attention.Rope;
import org.workedanswers.attention.RopeScaling;
import org.workedanswers.attention.YarnScaling;
import org.workedanswers.checkpoints.ElementType;
import org.workedanswers.checkpoints.GgufModel;
import org.workedanswers.checkpoints.GgufWriter;
import org.workedanswers.core.BlockedKernels;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SharedData;
import org.workedanswers.tokenizers.Tokenizer;

/** What GGUF files say that stories260K's does not: each key and tensor changes what it should. */
class LlamaKeysTest {
  private static final Compute COMPUTE = Compute.plain(BlockedKernels.BLOCKED, Loop.sequential());
  private static final int[] TOKENS = {1, 403, 407, 261, 378, 400, 12, 77};
  private static final String SCALING = "llama.rope.scaling.";
  private static final int HALF = 4; // heads of 8

  @TempDir Path folder;

  private final GgufModel stories = GgufModel.read(SharedData.file("gguf/stories260K-f16.gguf"));
  private final Map<String, Object> entries = new HashMap<>();
  private final Map<String, float[]> tensors = new HashMap<>();

  /** Stories with other entries, and tensors in float32 beside its own or in their place. */
  private GgufModel model() {
    Map<String, Object> all = new HashMap<>(stories.metadata());
    all.putAll(entries);
    GgufWriter writer = new GgufWriter().entries(all);
    stories.tensors().values().stream()
        .filter(t -> !tensors.containsKey(t.name()))
        .forEach(writer::tensor);
    tensors.forEach(
        (name, values) -> {
          ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
          bytes.asFloatBuffer().put(values);
          long[] shape =
              stories.tensors().containsKey(name)
                  ? stories.tensor(name).shape()
                  : name.equals("output.weight")
                      ? stories.tensor("token_embd.weight").shape()
                      : new long[] {values.length};
          writer.tensor(name, ElementType.FLOAT32, shape, out -> out.write(bytes.array()));
        });
    Path file = folder.resolve("changed.gguf");
    writer.write(file, true);
    return GgufModel.read(file);
  }

  private static Matrix logits(GgufModel model) {
    Decoder decoder = Llama.decoder(model, Storage.FLOAT);
    Sequence sequence = decoder.start(COMPUTE, TOKENS.length);
    return sequence.feed(TOKENS);
  }

  private void changed(String tensor, DoubleUnaryOperator change) {
    float[] values = stories.tensor(tensor).floats();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) change.applyAsDouble(values[i]);
    }
    tensors.put(tensor, values);
  }

  private static double apart(Matrix a, Matrix b) {
    double most = 0;
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < a.cols(); j++) {
        most = Math.max(most, Math.abs(a.get(i, j) - b.get(i, j)));
      }
    }
    return most;
  }

  /** A head of the table's values with the other sign gives the other logits. */
  @Test
  void aHeadOfItsOwnIsTheHead() {
    Matrix tied = logits(stories);
    float[] values = stories.tensor("token_embd.weight").floats();
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
    tensors.put("output.weight", values);
    GgufModel own = model();
    assertFalse(Llama.config(own).shape().embedding().tied());
    Matrix logits = logits(own);
    for (int i = 0; i < tied.rows(); i++) {
      for (int j = 0; j < tied.cols(); j++) {
        assertEquals(-tied.get(i, j), logits.get(i, j), 1e-4);
      }
    }
  }

  /** Frequencies divided by 4 are positions divided by 4, in whichever way a file says it. */
  @Test
  void factorsOfFrequenciesDivide() {
    entries.put(SCALING + "type", "linear");
    entries.put(SCALING + "factor", 4f);
    assertEquals(new PositionInterpolation(4), Llama.config(model()).scaling());
    Matrix linear = logits(model());
    assertTrue(apart(linear, logits(stories)) > 0.1);
    entries.clear();
    tensors.put("rope_freqs.weight", new float[] {4, 4, 4, 4});
    assertTrue(apart(linear, logits(model())) < 1e-4);
    tensors.put("rope_freqs.weight", new float[] {1, 1, 1, 1});
    assertTrue(apart(logits(stories), logits(model())) < 1e-4);
    tensors.clear();
    entries.put(SCALING + "factor", 4f); // without a type it is linear
    assertEquals(new PositionInterpolation(4), Llama.config(model()).scaling());
    entries.clear();
    entries.put("llama.rope.scale_linear", 4f);
    assertEquals(new PositionInterpolation(4), Llama.config(model()).scaling());
    entries.put(SCALING + "type", "none");
    assertEquals(RopeScaling.plain(), Llama.config(model()).scaling());
  }

  /** Queries and keys times a are scores times a², and so are queries alone times a². */
  @Test
  void yarnsAttentionFactorIsUsed() {
    entries.put(SCALING + "type", "yarn");
    entries.put(SCALING + "factor", 4f);
    entries.put(SCALING + "original_context_length", 128);
    YarnScaling yarn = new YarnScaling(4, 128);
    assertEquals(yarn, Llama.config(model()).scaling());
    Matrix whole = logits(model());
    double a = yarn.attentionFactor();
    entries.put(SCALING + "attn_factor", (float) (1 / a)); // leaves the frequencies alone
    for (int l = 0; l < 5; l++) {
      changed("blk." + l + ".attn_q.weight", q -> q * a * a);
    }
    assertTrue(apart(whole, logits(model())) < 1e-4);
    tensors.clear();
    assertTrue(apart(whole, logits(model())) > 1e-3);
  }

  @Test
  void sizesAndBasesAreTheFiles() {
    entries.put("llama.rope.freq_base", 123f);
    entries.put("llama.attention.key_length", 4);
    entries.put("llama.attention.value_length", 4);
    entries.put("llama.rope.dimension_count", 4);
    LlamaConfig config = Llama.config(model());
    assertEquals(4, config.shape().attention().headSize());
    assertArrayEquals(Rope.frequencies(4, 123), config.frequencies(8), 1e-15);
    assertEquals(Rope.Pairing.INTERLEAVED, config.pairing());
    entries.clear();
    stories.metadata().forEach((k, v) -> entries.put(k.replace("llama.", "qwen2."), v));
    entries.put("general.architecture", "qwen2");
    LlamaConfig qwen = Llama.config(model());
    assertEquals(Rope.Pairing.HALF_SPLIT, qwen.pairing());
    assertEquals(2 * HALF, qwen.shape().attention().headSize());
  }

  @Test
  void whatWouldBeLeftOutIsRefused() {
    for (String extra :
        new String[] {
          "blk.0.attn_q_norm.weight", "blk.5.ffn_norm.weight", "blk.0.attn_norm.bias"
        }) {
      tensors.clear();
      tensors.put(extra, new float[] {3, 3, 3, 3, 3, 3, 3, 3});
      GgufModel model = model();
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> Llama.decoder(model, Storage.STORED), extra);
      assertTrue(e.getMessage().contains("'" + extra + "'"), e.getMessage());
    }
    tensors.clear();
    entries.put("llama.block_count", 4);
    GgufModel few = model();
    assertThrows(IllegalArgumentException.class, () -> Llama.decoder(few, Storage.STORED));
    entries.clear();
    entries.put(SCALING + "yarn_log_multiplier", 0.1f);
    GgufModel other = model();
    assertThrows(IllegalArgumentException.class, () -> Llama.config(other));
    entries.clear();
    entries.put(SCALING + "attn_factor", 0.5f);
    GgufModel factor = model();
    assertThrows(IllegalArgumentException.class, () -> Llama.config(factor));
  }

  @Test
  void textsBeginAndEndAsTheFileSays() {
    GgufTokenizer plain = GgufTokenizer.of(stories);
    assertTrue(plain.begins());
    int[] tokens = plain.encode("the");
    assertEquals(plain.begin(), tokens[0]);
    assertEquals(Set.of(1, 2), plain.ends());
    entries.put("tokenizer.ggml.add_bos_token", false);
    entries.put("tokenizer.ggml.eot_token_id", 7);
    entries.put("tokenizer.ggml.add_space_prefix", false);
    GgufTokenizer changed = GgufTokenizer.of(model());
    assertFalse(changed.begins());
    assertEquals(1, changed.begin());
    assertEquals(Set.of(1, 2, 7), changed.ends());
    Tokenizer without = changed.tokenizer();
    assertEquals("the", without.decode(changed.encode("the")));
    assertTrue(plain.tokenizer().piece(tokens[1]).startsWith(" "));
    assertFalse(without.piece(changed.encode("the")[0]).startsWith(" "));
  }
}

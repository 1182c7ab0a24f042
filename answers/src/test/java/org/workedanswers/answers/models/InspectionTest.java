package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.answers.cli.Study;
import org.workedanswers.core.ModelShape;
import org.workedanswers.core.SharedData;

class InspectionTest {
  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int inspect(String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "inspect";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return Study.execute(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        all);
  }

  /** Counted by hand from the shapes that llama2.c's file names: d 64, hidden 172, 5 layers. */
  @Test
  void aGgufFilesCountsAreThoseOfItsShapes() throws IOException {
    Path file = SharedData.file("gguf/stories260K-q4_0.gguf");
    assertEquals(0, inspect(file.toString(), "--json"));
    JsonNode json = new ObjectMapper().readTree(out.toByteArray());
    int attention = 5 * (2 * 64 * 64 + 2 * 32 * 64);
    int feedForward = 5 * 3 * 64 * 172;
    assertEquals(attention, json.at("/parts/attention").asInt());
    assertEquals(feedForward, json.at("/parts/feed-forward").asInt());
    assertEquals(512 * 64, json.at("/parts/embeddings").asInt());
    assertEquals(11 * 64, json.at("/parts/norms").asInt());
    assertEquals(4, json.get("parts").size());
    assertEquals(attention + feedForward + 512 * 64 + 11 * 64, json.get("numbers").asInt());
    // Keys and values, 5 layers of 4 heads of 8, two bytes each.
    assertEquals(2 * 5 * 4 * 8 * 2, json.at("/kv_cache_bytes_per_token/FP16").asInt());
    assertEquals(512, json.get("context_length").asInt());
    long bytes = 0;
    for (JsonNode t : json.get("tensors")) {
      bytes += t.get("bytes").asLong();
    }
    assertEquals(bytes, json.get("bytes").asLong());
    long head = Files.size(file) - bytes;
    assertTrue(head > 0 && head < 20_000, "the head has " + head + " bytes");
  }

  @Test
  void theTableShowsWhatTheFileSays() throws IOException {
    assertEquals(0, inspect(SharedData.file("gguf/stories260K-q8_0.gguf").toString(), "--tensors"));
    String page = out.toString(StandardCharsets.UTF_8);
    assertTrue(page.contains("1.0E-5"), page);
    assertTrue(page.matches("(?s).*\\b512 +320 KiB +170 KiB +90 KiB +what it was.*"), page);
    assertTrue(page.matches("(?s).*blk\\.4\\.ffn_down\\.weight +FLOAT32 +64 x 172 .*"), page);
  }

  /** The shape's own count: 22,565,888 with the exporter's 512 position numbers. */
  @Test
  void anOnnxFilesWeightsAreNamedByTheStepsThatReadThem() throws IOException {
    Path file = folder.resolve("minilm.onnx");
    try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      Files.copy(in, file);
    }
    Map<String, Object> json = Inspection.of(file).json();
    Map<?, ?> parts = (Map<?, ?>) json.get("parts");
    int d = 384;
    assertEquals(6L * (4 * d * d + 4 * d), parts.get("attention"));
    assertEquals(6L * (2 * d * 4 * d + 5 * d), parts.get("feed-forward"));
    assertEquals(13L * 2 * d, parts.get("norms"));
    long pooler = (long) d * d + d; // is not in the file
    assertEquals(ModelShape.MINILM_L6.total() - pooler + 512, json.get("numbers"));
  }

  /** The same weights from llama2.c's file, whose counts stand above. */
  @Test
  void aFileOfLlama2csHasTheSameParts() throws IOException {
    assertEquals(0, inspect(SharedData.file("llm/stories260K.bin").toString(), "--json"));
    JsonNode json = new ObjectMapper().readTree(out.toByteArray());
    assertEquals(5 * (2 * 64 * 64 + 2 * 32 * 64), json.at("/parts/attention").asInt());
    assertEquals(260_032, json.get("numbers").asInt());
    assertEquals(4 * 260_032, json.get("bytes").asInt());
    assertEquals(2 * 5 * 4 * 8 * 2, json.at("/kv_cache_bytes_per_token/FP16").asInt());
    assertEquals(512, json.get("context_length").asInt());
    assertEquals(512, json.at("/entries/vocab_size").asInt());
    out.reset();
    assertEquals(0, inspect(SharedData.file("llm/stories260K.bin").toString()));
    assertTrue(out.toString(StandardCharsets.UTF_8).contains("no head of its own"));
  }

  /** Two shards of a layer with 6 heads of 10 and 3 of keys, d 60, which no division gives. */
  @Test
  void aFolderIsReadWhateverItsModel() throws IOException {
    String config =
        "{\"architectures\": [\"NewForCausalLM\"], \"num_hidden_layers\": 1, \"hidden_size\": 40,"
            + " \"num_attention_heads\": 6, \"num_key_value_heads\": 3, \"head_dim\": 10,"
            + " \"max_position_embeddings\": 3000, \"rope_scaling\": {\"factor\": 2.5, \"type\": null}}";
    Files.writeString(folder.resolve("config.json"), config);
    safetensors("a.safetensors", "model.layers.0.self_attn.q_proj.weight", "BF16", 60, 40);
    safetensors("b.safetensors", "lm_head.weight", "F8_E4M3", 7, 40);
    Files.writeString(
        folder.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"model.layers.0.self_attn.q_proj.weight\": \"a.safetensors\","
            + " \"lm_head.weight\": \"b.safetensors\"}}");
    assertEquals(0, inspect(folder.toString(), "--json"));
    JsonNode json = new ObjectMapper().readTree(out.toByteArray());
    assertEquals(60 * 40, json.at("/parts/attention").asInt());
    assertEquals(7 * 40, json.at("/parts/head").asInt());
    assertEquals(2 * 60 * 40 + 7 * 40, json.get("bytes").asInt());
    assertEquals(3 * (10 + 10) * 2, json.at("/kv_cache_bytes_per_token/FP16").asInt());
    assertEquals(3000, json.get("context_length").asInt());
    assertEquals(2.5, json.at("/entries").get("rope_scaling.factor").asDouble());
    out.reset();
    assertEquals(0, inspect(folder.resolve("b.safetensors").toString(), "--tensors"));
    String page = out.toString(StandardCharsets.UTF_8);
    assertTrue(page.contains("FLOAT8_E4M3"), page);
  }

  @Test
  void anIndexThatDoesNotFitItsShardsIsRefused() throws IOException {
    safetensors("a.safetensors", "model.norm.weight", "BF16", 1, 40);
    Path index = folder.resolve("model.safetensors.index.json");
    for (String[] refused :
        new String[][] {
          {"{\"weight_map\": {\"model.norm.weight\":", "it is no JSON"},
          {"{\"weight_map\": {\"lm_head.weight\": \"a.safetensors\"}}", "'lm_head.weight'"},
          {"{\"weight_map\": {\"model.norm.weight\": \"../a.safetensors\"}}", "no name"},
          {"{\"weight_map\": []}", "weight_map is a list"},
        }) {
      Files.writeString(index, refused[0]);
      err.reset();
      assertEquals(2, inspect(folder.toString()));
      String message = err.toString(StandardCharsets.UTF_8);
      assertTrue(message.startsWith("study: " + index + ": "), message);
      assertTrue(message.contains(refused[1]), message);
      assertEquals(1, message.lines().count(), message);
    }
  }

  /** Of a type that no one knows a head can name any size: 15 x 2^59 can be counted, 16 can't. */
  @Test
  void sizesThatPassWhatCanBeCountedAreRefused() throws IOException {
    Path file = folder.resolve("sizes.gguf");
    ByteBuffer bytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
    for (int tensors : new int[] {15, 16}) {
      bytes.clear().put("GGUF".getBytes(StandardCharsets.US_ASCII));
      bytes.putInt(3).putLong(tensors).putLong(0);
      for (int t = 0; t < tensors; t++) {
        bytes.putLong(1).put((byte) ('a' + t)).putInt(2).putLong(1 << 29).putLong(1 << 30);
        bytes.putInt(9999).putLong(0);
      }
      Files.write(file, Arrays.copyOf(bytes.array(), (bytes.position() + 31) / 32 * 32));
      out.reset();
      assertEquals(tensors == 15 ? 0 : 2, inspect(file.toString()), err::toString);
    }
    String message = err.toString(StandardCharsets.UTF_8);
    assertTrue(message.startsWith("study: " + file + ": its tensors have more than 2^63"), message);
  }

  @Test
  void whatHasNoKnownLayoutIsNotInTheBits() throws IOException {
    byte[] old = Files.readAllBytes(SharedData.file("gguf/stories260K-f16.gguf"));
    byte[] name = "token_embd.weight".getBytes(StandardCharsets.US_ASCII);
    int at = new String(old, StandardCharsets.ISO_8859_1).indexOf("token_embd.weight");
    ByteBuffer bytes = ByteBuffer.wrap(old).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(at + name.length + 4 + 16, 9999); // of two sizes
    Path file = Files.write(folder.resolve("unknown.gguf"), old);
    assertEquals(0, inspect(file.toString()));
    String page = out.toString(StandardCharsets.UTF_8);
    assertTrue(page.contains("260,032 numbers in 445.25 KiB, 16.05 bits each. Of 32,768"), page);
  }

  /** An encoder keeps no keys and values, whatever its file says of its heads. */
  @Test
  void anEncodersFileHasNoCache() throws IOException {
    byte[] old = Files.readAllBytes(SharedData.file("gguf/stories260K-f16.gguf"));
    String text = new String(old, StandardCharsets.ISO_8859_1);
    for (String name : new String[] {"bert ", "other"}) {
      byte[] encoder = text.replace("llama", name).getBytes(StandardCharsets.ISO_8859_1);
      Path file = Files.write(folder.resolve("encoder.gguf"), encoder);
      out.reset();
      assertEquals(0, inspect(file.toString()));
      String page = out.toString(StandardCharsets.UTF_8);
      assertEquals(name.equals("other"), page.contains("Keys and values of a context"), page);
      out.reset();
      assertEquals(0, inspect(file.toString(), "--json"));
      assertEquals(
          name.equals("other"), out.toString(StandardCharsets.UTF_8).contains("kv_cache_bytes"));
    }
  }

  /** One tensor of zeros. */
  private void safetensors(String file, String tensor, String dtype, int rows, int cols)
      throws IOException {
    int bytes = rows * cols * (dtype.startsWith("F8") ? 1 : 2);
    String header =
        String.format(
            Locale.ROOT,
            "{\"%s\":{\"dtype\":\"%s\",\"shape\":[%d,%d],\"data_offsets\":[0,%d]}}",
            tensor,
            dtype,
            rows,
            cols,
            bytes);
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer all = ByteBuffer.allocate(8 + text.length + bytes).order(ByteOrder.LITTLE_ENDIAN);
    all.putLong(text.length).put(text);
    Files.write(folder.resolve(file), all.array());
  }

  @Test
  void whatIsNoModelIsSaidInOneSentence() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.txt"), "no model");
    Path cut = folder.resolve("cut.gguf");
    byte[] whole = Files.readAllBytes(SharedData.file("gguf/stories260K-f16.gguf"));
    Files.write(cut, Arrays.copyOf(whole, 3000));
    Path onnx = Files.writeString(folder.resolve("x.onnx"), "no model");
    Path bin = Files.writeString(folder.resolve("x.bin"), "no model, but longer than its head");
    Path safe = Files.writeString(folder.resolve("x.safetensors"), "no model");
    for (Path file : new Path[] {text, cut, onnx, bin, safe, folder, folder.resolve("none")}) {
      err.reset();
      assertEquals(2, inspect(file.toString()));
      String message = err.toString(StandardCharsets.UTF_8);
      assertEquals(1, message.lines().count(), message);
      assertTrue(message.startsWith("study: " + folder), message);
    }
  }
}

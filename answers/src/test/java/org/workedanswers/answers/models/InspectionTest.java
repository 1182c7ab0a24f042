package org.workedanswers.answers.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
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

  @Test
  void whatIsNoModelIsSaidInOneSentence() throws IOException {
    Path text = Files.writeString(folder.resolve("notes.txt"), "no model");
    Path cut = folder.resolve("cut.gguf");
    byte[] whole = Files.readAllBytes(SharedData.file("gguf/stories260K-f16.gguf"));
    Files.write(cut, Arrays.copyOf(whole, 3000));
    Path onnx = Files.writeString(folder.resolve("x.onnx"), "no model");
    for (Path file : new Path[] {text, cut, onnx, folder, folder.resolve("none")}) {
      err.reset();
      assertEquals(2, inspect(file.toString()));
      String message = err.toString(StandardCharsets.UTF_8);
      assertEquals(1, message.lines().count(), message);
      assertTrue(message.startsWith("study: " + folder), message);
    }
  }
}

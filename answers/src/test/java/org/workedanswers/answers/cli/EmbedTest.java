package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.answers.EmbedderOptions;
import org.workedanswers.answers.SentenceModel;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Matrix;
import picocli.CommandLine;

/** {@code embed}, as a person calls it. */
class EmbedTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  private static Run embed(String... args) {
    List<String> all = new ArrayList<>(List.of("embed"));
    all.addAll(List.of(args));
    return Run.study(all.toArray(String[]::new));
  }

  private static JsonNode json(String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of(args));
    all.add("--json");
    Run run = embed(all.toArray(String[]::new));
    assertEquals(0, run.status(), run.err());
    return JSON.readTree(run.out());
  }

  private static void refused(String part, String... args) {
    Run run = embed(args);
    assertEquals(2, run.status(), run.err());
    assertEquals("", run.out());
    assertTrue(run.err().startsWith("study: ") && run.err().contains(part), run.err());
    assertFalse(run.err().contains("\tat ") || run.err().contains("Exception"), run.err());
  }

  private Path resource(String name, String as) throws IOException {
    Path file = folder.resolve(as);
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    try (InputStream in = EmbedTest.class.getResourceAsStream(name)) {
      Files.copy(in, file);
    }
    return file;
  }

  @Test
  void cosinesAndPiecesAreShown() throws IOException {
    Run run = embed("A cat sat.", "A kitten was sitting.", "Stocks fell sharply.");
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("1: [CLS] a cat sat . [SEP] (6 tokens)"), run.out());
    assertFalse(run.out().contains("head"), run.out());
    JsonNode json = json("A cat sat.", "A kitten was sitting.", "Stocks fell sharply.");
    JsonNode cosines = json.get("cosines");
    assertEquals(1, cosines.at("/0/0").asDouble(), 1e-6);
    assertTrue(cosines.at("/0/1").asDouble() > cosines.at("/0/2").asDouble() + 0.3, run.out());
    assertTrue(run.out().contains(String.format("%.3f", cosines.at("/0/1").asDouble())), run.out());
    assertEquals(384, json.at("/texts/0/vector").size());
    assertFalse(json.has("attention"));
  }

  @Test
  void publishedValuesComeOut() throws IOException {
    JsonNode vector = json("I love sentence transformers.").at("/texts/0/vector");
    assertEquals(-0.0803190097, vector.get(0).asDouble(), 1e-6);
    assertEquals(-0.0561899580, vector.get(383).asDouble(), 1e-6);
    String shown = embed("I love sentence transformers.", "--values").out();
    assertTrue(shown.contains("-0.080319") && shown.contains("-0.056190"), shown);
  }

  @Test
  void aHeadIsShownWhereItIsAskedFor() throws IOException {
    Run run = embed("The bank of the river", "--layer", "5", "--head", "11");
    assertTrue(run.out().contains("layer 5, head 11"), run.out());
    assertTrue(run.out().contains("Where head 11 of layer 5 looks in text 1"), run.out());
    assertTrue(run.out().contains("shades: blank 0"), run.out());
    JsonNode attention = json("The bank of the river", "--head", "3").get("attention");
    assertEquals(0, attention.get("layer").asInt());
    assertEquals(3, attention.get("head").asInt());
    assertEquals(7, attention.get("weights").size());
    double sum = 0;
    for (JsonNode weight : attention.at("/weights/2")) {
      sum += weight.asDouble();
    }
    assertEquals(1, sum, 1e-5);
    String wide = embed("word ".repeat(300), "--layer", "0").out();
    assertTrue(wide.contains("(256 tokens, cut there)") && wide.contains("first 40 tokens"), wide);
  }

  @Test
  void headsAreDrawn() throws IOException {
    String svg = folder.resolve("map.svg").toString();
    assertEquals(0, embed("The bank", "--layer", "1", "--svg", svg).status());
    assertEquals(12, Files.readString(Path.of(svg)).split("layer 1, head ").length - 1);
    assertEquals(0, embed("The bank", "--head", "3", "--svg", svg).status());
    assertEquals(1, Files.readString(Path.of(svg)).split("layer 0, head 3").length - 1);
    assertTrue(Files.readString(Path.of(svg)).contains("a column: the token looked at (key)"));
    refused("--layer names it", "The bank", "--svg", svg, "--model", "none.onnx"); // not read
    String wide = "word ".repeat(80);
    for (String[] refused :
        new String[][] {
          {"The bank", "--svg", svg},
          {wide, "--layer", "1", "--svg", svg},
          {"The bank", "--layer", "1", "--svg", folder.resolve("no/map.svg").toString()}
        }) {
      Run run = embed(refused);
      assertEquals(2, run.status());
      assertEquals(1, run.err().strip().lines().count(), run.err());
    }
  }

  @Test
  void manyTextsAreShownWithTheNearest() {
    String[] texts = "cat dog sun moon kitten puppy car truck red blue one two".split(" ");
    Run run = embed(texts);
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().matches("(?s).*\\b1 +5 +0\\.\\d+ +cat.*"), run.out());
  }

  @Test
  void anotherEncoderIsReadFromItsFiles() throws IOException {
    Path model = resource("/bge-small-en-v1.5.onnx", "bge/onnx/model.onnx");
    Path tokenizer = resource("/bge-small-en-v1.5-tokenizer.json", "bge/tokenizer.json");
    String text = "I love cool flags!";
    refused("--heads", text, "--model", model.toString());
    Files.writeString(folder.resolve("bge/config.json"), "{\"num_attention_heads\": 12}");
    JsonNode byFolder =
        json(text, "--model", folder.resolve("bge").toString(), "--pooling", "first");
    assertEquals(-0.030576343, byFolder.at("/texts/0/vector/0").asDouble(), 1e-6);
    JsonNode query =
        json(
            text,
            text,
            "--model",
            model.toString(),
            "--tokenizer",
            tokenizer.toString(),
            "--pooling",
            "first",
            "--heads",
            "12",
            "--max-tokens",
            "64",
            "--query");
    assertTrue(query.at("/texts/0/text").asText().startsWith("Represent this sentence"));
    assertEquals(text, query.at("/texts/1/text").asText());
    assertEquals(-0.030576343, query.at("/texts/1/vector/0").asDouble(), 1e-6);
    String m = model.toString();
    refused("divide", text, "--model", m, "--heads", "7");
    refused("divide", text, "--model", m, "--heads", "0");
    refused("positions for 512", text, "--model", m, "--max-tokens", "513");
    refused("mean and first", text, "--model", m, "--pooling", "max");
    refused("--layer is 12", text, "--model", m, "--layer", "12");
    Files.writeString(folder.resolve("bge/config.json"), "[1");
    refused("no JSON", text, "--model", m);
  }

  @Test
  void badInputIsOneSentence() throws IOException {
    refused("TEXT");
    refused("text 2 is blank", "a", " ");
    refused("--layer is 6", "a", "--layer", "6");
    refused("--layer is -1", "a", "--layer=-1");
    refused("--head is 12", "a", "--head", "12");
    refused("belong to --model", "a", "--heads", "12");
    refused("no file", "a", "--model", folder.resolve("none.onnx").toString());
    refused("no ONNX file", "a", "--model", folder.toString());
    Path junk = folder.resolve("junk.onnx");
    Files.writeString(junk, "this is no model, it is a line of text");
    refused("--tokenizer", "a", "--model", junk.toString());
    Path tokenizer = resource("/all-minilm-l6-v2-tokenizer.json", "tokenizer.json");
    refused("", "a", "--model", junk.toString(), "--heads", "12");
    refused("JSON", "a", "--model", junk.toString(), "--tokenizer", junk.toString());
    assertTrue(Files.exists(tokenizer));
  }

  /** Both computations of MiniLM: vectors, tokens, and their names. */
  @Test
  void onnxRuntimeGivesTheSameWhereItIsAskedFor() {
    List<String> texts =
        List.of("A cat sat.", "Größe, 東京! \ud83d\ude00 cafe\u0301", "x ".repeat(999));
    EmbedderOptions byName = new EmbedderOptions();
    new CommandLine(byName).parseArgs("--embedder", "onnxruntime");
    try (Workbench bench = Workbench.standard();
        SentenceModel ours = new EmbedderOptions().open(bench);
        SentenceModel theirs = byName.open(bench)) {
      Matrix a = ours.embedder().embed(texts);
      Matrix b = theirs.embedder().embed(texts);
      for (int i = 0; i < texts.size(); i++) {
        for (int j = 0; j < 384; j++) {
          assertEquals(b.get(i, j), a.get(i, j), 1e-5);
        }
        assertEquals(theirs.tokens().spans(texts.get(i)), ours.tokens().spans(texts.get(i)));
        Matrix t = ours.tokenEmbedder().tokens(texts).get(i);
        Matrix u = theirs.tokenEmbedder().tokens(texts).get(i);
        assertEquals(u.toString(), t.toString());
        for (int r = 0; r < t.rows(); r++) {
          for (int j = 0; j < 384; j++) {
            assertEquals(u.get(r, j), t.get(r, j), 1e-5);
          }
        }
      }
      assertEquals(theirs.embedder().name(), ours.embedder().name());
      assertEquals(theirs.tokenEmbedder().name(), ours.tokenEmbedder().name());
      assertFalse(theirs.key().equals(ours.key()));
    }
    Run run = Run.study("search", "--docs", ".", "--embedder", "cuda", "x");
    assertEquals(2, run.status());
    assertTrue(run.err().contains("there are java and onnxruntime"), run.err());
  }
}

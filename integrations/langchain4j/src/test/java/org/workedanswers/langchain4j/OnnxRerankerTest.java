package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.rag.store.Passage;

/** A cross-encoder whose logits are known: {@link TinyOnnx} with BERT's vocabulary. */
class OnnxRerankerTest {
  /* BERT's ids. */
  private static final int CLS = 101;
  private static final int SEP = 102;
  private static final int CAT = 4937;
  private static final int DOG = 3899;
  private static final int THE = 1996;

  @TempDir private static Path folder;
  private static Path model;
  private static Path tokenizer;

  @BeforeAll
  static void write() throws IOException {
    model = Files.write(folder.resolve("tiny.onnx"), TinyOnnx.crossEncoder(1));
    tokenizer = folder.resolve("tokenizer.json");
    try (InputStream in =
        OnnxRerankerTest.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
      Files.copy(in, tokenizer);
    }
  }

  private static Passage passage(String title, String text) {
    return new Passage("p", "d", 0, 1, title, text, Map.of());
  }

  /** s of a query's ids and a passage's. */
  private static double logit(int[] query, int... passage) {
    return CLS + Arrays.stream(query).sum() + SEP + 2.0 * (Arrays.stream(passage).sum() + SEP);
  }

  @Test
  void queryAndPassageAreReadTogether() {
    try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer)) {
      assertEquals("tiny.onnx", reranker.name());
      double[] scores =
          reranker.scores(
              "the cat",
              List.of(
                  passage("", "dog"), passage("Cat", "the dog"), passage("", "cat the the dog")));
      int[] query = {THE, CAT};
      assertArrayEquals(
          new double[] {
            logit(query, DOG), logit(query, CAT, THE, DOG), logit(query, CAT, THE, THE, DOG)
          },
          scores);
      assertEquals(0, reranker.scores("cat", List.of()).length);
    }
  }

  /** More than one batch, lengths mixed: what fills a batch up must not count. */
  @Test
  void aPassagesScoreIsItsOwnInAnyBatch() {
    List<Passage> passages = new ArrayList<>();
    double[] expected = new double[65];
    for (int i = 0; i < expected.length; i++) {
      int words = 1 + i * 37 % 50;
      passages.add(passage("", "dog ".repeat(words)));
      int[] ids = new int[words];
      Arrays.fill(ids, DOG);
      expected[i] = logit(new int[] {CAT}, ids);
    }
    try (OnnxReranker reranker = OnnxReranker.of(model, tokenizer)) {
      assertArrayEquals(expected, reranker.scores("cat", passages));
    }
  }

  /** [CLS] cat [SEP] ... [SEP] leaves all but four to the passage; float is exact here. */
  private static void assertCutAfter(int tokens, Path tokenizerFile) {
    int[] fitting = new int[tokens - 4];
    Arrays.fill(fitting, DOG);
    try (OnnxReranker reranker = OnnxReranker.of(model, tokenizerFile)) {
      double[] scores =
          reranker.scores(
              "cat",
              List.of(
                  passage("", "dog ".repeat(fitting.length - 1)),
                  passage("", "dog ".repeat(fitting.length)),
                  passage("", "dog ".repeat(5000))));
      double full = logit(new int[] {CAT}, fitting);
      assertArrayEquals(new double[] {full - 2 * DOG, full, full}, scores);
    }
  }

  /** MiniLM's file asks for 128; one that does not ask gets 512. */
  @Test
  void aLongPassageIsCutWhereTheTokenizerSaysElseAfter512Tokens() throws IOException {
    assertCutAfter(128, tokenizer);
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = (ObjectNode) mapper.readTree(tokenizer.toFile());
    json.putNull("truncation");
    json.putNull("padding");
    Path uncut = folder.resolve("uncut.json");
    mapper.writeValue(uncut.toFile(), json);
    assertCutAfter(OnnxReranker.MAX_TOKENS, uncut);
  }

  @Test
  void missingAndDamagedFilesAreNamed() throws IOException {
    Path none = folder.resolve("none");
    assertRefused("the cross-encoder is missing: there is no file " + none, none, tokenizer);
    assertRefused(
        "the cross-encoder's tokenizer is missing: there is no file " + none, model, none);
    assertRefused("the cross-encoder must be a file: " + folder + " is none", folder, tokenizer);
    Path text = Files.writeString(folder.resolve("damaged"), "{\"what\": 1}");
    assertRefused(text + " can't be read as an ONNX model: ", text, tokenizer);
    assertRefused(text + " can't be read as a tokenizer, a tokenizer.json", model, text);
    byte[] whole = Files.readAllBytes(model);
    Path half = Files.write(folder.resolve("half"), Arrays.copyOf(whole, whole.length / 2));
    assertRefused(half + " can't be read as an ONNX model: ", half, tokenizer);
    Path empty = Files.write(folder.resolve("empty"), new byte[0]);
    assertRefused(empty + " can't be read as ", empty, tokenizer);
    assertRefused(empty + " can't be read as ", model, empty);
    Path flat = Files.write(folder.resolve("flat.onnx"), TinyOnnx.crossEncoder(0));
    assertRefused(flat + " is no cross-encoder that fits " + tokenizer, flat, tokenizer);
  }

  private static void assertRefused(String start, Path modelFile, Path tokenizerFile) {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> OnnxReranker.of(modelFile, tokenizerFile))
            .getMessage();
    assertTrue(message.startsWith(start), message);
    assertTrue(!message.endsWith("null"), message);
  }
}

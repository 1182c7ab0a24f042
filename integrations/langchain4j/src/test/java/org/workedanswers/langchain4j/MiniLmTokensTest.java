package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Threads;
import org.workedanswers.rag.chunk.Span;
import org.workedanswers.rag.chunk.Tokens;
import org.workedanswers.rag.search.TokenEmbedder;

/** MiniLM's tokens: where they stand, and their vectors. */
class MiniLmTokensTest {
  private static MiniLmModel model;

  @BeforeAll
  static void open() {
    model = new MiniLmModel(Loop.sequential());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static List<String> pieces(String text) {
    return model.tokens().spans(text).stream().map(s -> s.of(text)).toList();
  }

  @Test
  void tokensStandWhereTheTextHasThem() {
    assertEquals(
        List.of("Una", "ffa", "ble", "token", "ization", "!"), pieces("Unaffable tokenization!"));
    assertEquals(List.of("a", "😀", "b", "👨‍👩", "c"), pieces("a 😀 b 👨‍👩 c"));
    assertEquals(
        List.of("cafe\u0301", "naïve", "東", "京", "İstanbul"),
        pieces("cafe\u0301  naïve\n東京 İstanbul"));
    assertEquals(List.of("[MASK]", "x", "[SEP]"), pieces("[MASK] x [SEP]"));
    assertEquals(
        List.of("lone", "x"),
        pieces("lone \ud800 x").stream().filter(p -> !p.equals("\ud800")).toList());
    assertEquals(List.of("abc", "def"), pieces("\u0000abc\u0007 def"));
    for (String nothing : List.of("", " \n\t", "\u200b")) {
      assertEquals(List.of(), pieces(nothing));
    }
  }

  @Test
  void spansKeepTheContractBehindEmojiAndAreNotCut() {
    String text = "😀 The quick, brown 𝔣ox's jump é東. ".repeat(400);
    List<Span> spans = model.tokens().spans(text);
    assertTrue(spans.size() > 256 * 10);
    int behind = 0;
    for (Span span : spans) {
      assertTrue(span.from() >= behind && span.to() > span.from() && span.to() <= text.length());
      assertTrue(!span.of(text).isBlank());
      behind = span.to();
    }
    Tokens again = model.tokens();
    int first = again.spans("😀 The quick, brown 𝔣ox's jump é東. ").size();
    assertEquals(400 * first, spans.size());
  }

  /** The same ids, typed off from BERT's vocabulary, through ONNX Runtime without our code. */
  @Test
  void vectorsAreTheLastLayersDividedByTheirLength() throws IOException, OrtException {
    long[][] ids = {{101, 1037, 4937, 2938, 102}};
    Matrix ours = model.tokenEmbedder().tokens(List.of("A cat sat")).get(0);
    assertEquals("3 x 384", ours.toString());
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (InputStream in = getClass().getResourceAsStream("/all-minilm-l6-v2.onnx");
        OrtSession session = environment.createSession(in.readAllBytes());
        OnnxTensor input = OnnxTensor.createTensor(environment, ids);
        OnnxTensor mask = OnnxTensor.createTensor(environment, new long[][] {{1, 1, 1, 1, 1}});
        OnnxTensor types = OnnxTensor.createTensor(environment, new long[1][5]);
        OrtSession.Result result =
            session.run(
                Map.of("input_ids", input, "attention_mask", mask, "token_type_ids", types))) {
      float[][] theirs = ((float[][][]) result.get(0).getValue())[0];
      for (int i = 0; i < 3; i++) {
        float[] t = theirs[i + 1];
        double squares = 0;
        for (float x : t) {
          squares += (double) x * x;
        }
        assertTrue(Math.abs(squares - 1) > 0.1, "the model's own vectors are longer");
        for (int j = 0; j < 384; j++) {
          assertEquals(t[j] / Math.sqrt(squares), ours.get(i, j), 2e-6);
        }
      }
    }
  }

  @Test
  void aTextsRowsDoNotDependOnItsNeighboursNorOnThreads() {
    List<String> texts =
        List.of(
            "cat",
            "A large feline of forests.",
            "",
            "dog",
            "Größe, 東京!",
            "the cat sat",
            "x ".repeat(999));
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 21; i++) {
      many.add(texts.get(i % texts.size()));
    }
    try (Threads two = Threads.of(2);
        MiniLmModel threaded = new MiniLmModel(two)) {
      TokenEmbedder embedder = threaded.tokenEmbedder();
      assertEquals("all-MiniLM-L6-v2 tokens", embedder.name());
      assertEquals(List.of(), embedder.tokens(List.of()));
      List<Matrix> together = embedder.tokens(many);
      for (int i = 0; i < texts.size(); i++) {
        Matrix alone = model.tokenEmbedder().tokens(List.of(texts.get(i))).get(0);
        int tokens = Math.min(254, model.tokens().spans(texts.get(i)).size());
        assertEquals(tokens + " x 384", alone.toString());
        for (int row = i; row < many.size(); row += texts.size()) {
          assertEquals(tokens, together.get(row).rows());
          for (int j = 0; j < tokens; j++) {
            assertArrayEquals(alone.row(j), together.get(row).row(j), 1e-5f);
          }
        }
      }
    }
  }

  @Test
  void theEmbedderTellsItsModelsName() {
    assertEquals("all-MiniLM-L6-v2", model.embedder().name());
  }
}

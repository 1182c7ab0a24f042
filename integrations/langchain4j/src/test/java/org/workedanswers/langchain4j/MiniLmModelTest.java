package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.Threads;

/** all-MiniLM-L6-v2 held against its published values and LangChain4j's own class. */
class MiniLmModelTest {
  private static final List<String> TEXTS =
      List.of(
          "I love sentence transformers.",
          "cat",
          "A large feline of forests in most of Asia having a tawny coat with black stripes.",
          "dog",
          "Größe, café, 東京!",
          "the",
          "breathe with great difficulty, as when experiencing a strong emotion",
          "[MASK]");

  private static MiniLmModel model;

  @BeforeAll
  static void open() {
    model = new MiniLmModel(Loop.sequential());
  }

  @AfterAll
  static void close() {
    model.close();
  }

  @Test
  void thePublishedValuesComeOut() {
    Matrix e = model.embedder().embed(TEXTS);
    assertEquals("8 x 384", e.toString());
    assertEquals(-0.0803190097, e.get(0, 0), 5e-7);
    assertEquals(-0.0561899580, e.get(0, 383), 5e-7);
    for (int i = 0; i < e.rows(); i++) {
      double squares = 0;
      for (float x : e.row(i)) {
        squares += x * x;
      }
      assertEquals(1, squares, 1e-6);
    }
  }

  @Test
  void shortTextsAreAsLangChain4jEmbedsThem() {
    EmbeddingModel theirs = new AllMiniLmL6V2EmbeddingModel();
    Matrix ours = model.embedder().embed(TEXTS);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertArrayEquals(theirs.embed(TEXTS.get(i)).content().vector(), ours.row(i), 1e-6f);
    }
  }

  /** [CLS], 254 words of one token each and [SEP] are 256. */
  @Test
  void longTextsAreCutAndNotAveraged() {
    String start = "river bank ".repeat(127).trim();
    List<String> texts =
        List.of(start, start + " tax law".repeat(300), "tax " + start, "river " + start);
    Matrix e = model.embedder().embed(texts);
    assertArrayEquals(e.row(0), e.row(1), 1e-6f);
    assertTrue(Math.abs(e.get(0, 0) - e.get(2, 0)) > 1e-4);
    List<TextSegment> one = List.of(TextSegment.from(texts.get(1)));
    assertEquals(256, model.embedAll(one).tokenUsage().inputTokenCount());
    assertEquals(
        3, model.embedAll(List.of(TextSegment.from("cat"))).tokenUsage().inputTokenCount());
  }

  @Test
  void aTextsVectorDoesNotDependOnItsNeighboursNorOnThreads() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      many.add(TEXTS.get(i % TEXTS.size()));
    }
    try (Threads two = Threads.of(2);
        MiniLmModel threaded = new MiniLmModel(two)) {
      Matrix together = threaded.embedder().embed(many);
      for (int i = 0; i < TEXTS.size(); i++) {
        float[] alone = model.embedder().embed(List.of(TEXTS.get(i))).row(0);
        for (int row = i; row < many.size(); row += TEXTS.size()) {
          assertArrayEquals(alone, together.row(row), 1e-6f);
        }
      }
    }
  }

  @Test
  void noTextsGiveNoVectors() {
    assertEquals("0 x 384", model.embedder().embed(List.of()).toString());
    assertEquals("all-MiniLM-L6-v2", model.modelName());
  }
}

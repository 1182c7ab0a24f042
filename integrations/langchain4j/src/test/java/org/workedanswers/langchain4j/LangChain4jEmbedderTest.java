package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;

class LangChain4jEmbedderTest {
  /** A text's vector is its length and its first letter; it notes the batches that it gets. */
  private static class Letters implements EmbeddingModel {
    private final List<Integer> batches = new ArrayList<>();

    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
      batches.add(segments.size());
      List<Embedding> embeddings = new ArrayList<>();
      segments.forEach(
          s -> embeddings.add(Embedding.from(new float[] {s.text().length(), s.text().charAt(0)})));
      return Response.from(embeddings);
    }

    @Override
    public int dimension() {
      return 2;
    }
  }

  private static List<String> texts(int n) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      texts.add("x".repeat(i + 1));
    }
    return texts;
  }

  @Test
  void textsGoInBatchesAndComeBackInOrder() {
    for (int n : new int[] {0, 1, 2, 3, 7, 17, 64, 65}) {
      for (int batch : new int[] {1, 3, 64, 100}) {
        Letters model = new Letters();
        Matrix m = new LangChain4jEmbedder(model, batch).embed(texts(n));
        assertEquals(n, m.rows());
        for (int i = 0; i < n; i++) {
          assertEquals(i + 1, m.get(i, 0));
          assertEquals('x', m.get(i, 1));
        }
        assertEquals((n + batch - 1) / batch, model.batches.size());
        assertEquals(n, model.batches.stream().mapToInt(b -> b).sum());
      }
    }
  }

  @Test
  void badInputIsNamed() {
    LangChain4jEmbedder embedder = new LangChain4jEmbedder(new Letters(), 8);
    assertEquals(
        "text 1 is blank: there is nothing to embed",
        assertThrows(IllegalArgumentException.class, () -> embedder.embed(List.of("a", " \n", "b")))
            .getMessage());
    assertEquals(
        "batch is 0: it must be at least 1",
        assertThrows(
                IllegalArgumentException.class, () -> new LangChain4jEmbedder(new Letters(), 0))
            .getMessage());
  }

  @Test
  void aModelThatBreaksItsWordIsRefused() {
    EmbeddingModel short3 =
        new Letters() {
          @Override
          public int dimension() {
            return 3;
          }
        };
    assertEquals(
        "the model gave a vector of 2 numbers and says 3",
        assertThrows(
                IllegalStateException.class,
                () -> new LangChain4jEmbedder(short3, 8).embed(List.of("a")))
            .getMessage());
    EmbeddingModel forgetful =
        new Letters() {
          @Override
          public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
            return super.embedAll(segments.subList(1, segments.size()));
          }
        };
    assertEquals(
        "the model gave 1 vectors for 2 texts",
        assertThrows(
                IllegalStateException.class,
                () -> new LangChain4jEmbedder(forgetful, 8).embed(List.of("a", "b")))
            .getMessage());
    EmbeddingModel empty =
        new Letters() {
          @Override
          public int dimension() {
            return 0;
          }
        };
    assertEquals(
        "the model's dimension is 0: it must be at least 1",
        assertThrows(IllegalArgumentException.class, () -> new LangChain4jEmbedder(empty, 8))
            .getMessage());
  }
}

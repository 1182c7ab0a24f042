package org.workedanswers.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.util.ArrayList;
import java.util.List;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;

/**
 * Any embedding model of LangChain4j as rag's {@link Embedder}.
 *
 * <p>Texts are handed to the model in batches; a vector that is missing or of another length than
 * the model says is refused.
 */
public final class LangChain4jEmbedder implements Embedder {
  /** What LangChain4j calls a model that has no name. */
  private static final String UNNAMED = "unknown";

  private final EmbeddingModel model;
  private final int batch;
  private final int dimension;

  /**
   * An embedder over a model.
   *
   * @param batch how many texts the model gets at a time, at most
   * @throws IllegalArgumentException if {@code batch < 1} or the model says that it has no
   *     dimensions
   */
  public LangChain4jEmbedder(EmbeddingModel model, int batch) {
    this.model = model;
    this.batch = Check.positive("batch", batch);
    this.dimension = Check.positive("the model's dimension", model.dimension());
  }

  @Override
  public int dimension() {
    return dimension;
  }

  /** The model's name; empty where the model does not say. */
  @Override
  public String name() {
    String name = model.modelName();
    return name == null || name.equals(UNNAMED) ? "" : name;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if a text is blank, which LangChain4j does not embed
   * @throws IllegalStateException if the model gives too few vectors or one of another dimension
   */
  @Override
  public Matrix embed(List<String> texts) {
    for (int i = 0; i < texts.size(); i++) {
      Check.that(!texts.get(i).isBlank(), "text %d is blank: there is nothing to embed", i);
    }
    Check.elements("embeddings", texts.size(), dimension);
    Matrix vectors = Matrix.zeros(texts.size(), dimension);
    for (int from = 0; from < texts.size(); from += batch) {
      embed(texts.subList(from, Math.min(from + batch, texts.size())), vectors, from);
    }
    return vectors;
  }

  private void embed(List<String> texts, Matrix vectors, int firstRow) {
    List<TextSegment> segments = new ArrayList<>(texts.size());
    texts.forEach(text -> segments.add(TextSegment.from(text)));
    List<Embedding> embeddings = model.embedAll(segments).content();
    if (embeddings.size() != texts.size()) {
      throw new IllegalStateException(
          "the model gave " + embeddings.size() + " vectors for " + texts.size() + " texts");
    }
    for (int i = 0; i < embeddings.size(); i++) {
      float[] vector = embeddings.get(i).vector();
      if (vector.length != dimension) {
        throw new IllegalStateException(
            "the model gave a vector of " + vector.length + " numbers and says " + dimension);
      }
      System.arraycopy(vector, 0, vectors.data(), vectors.index(firstRow + i, 0), dimension);
    }
  }
}

package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.pinecone.PineconeEmbeddingStore;
import org.workedanswers.langchain4j.EmbeddingStorePassages;

/**
 * Passages in a Pinecone index, by meaning; {@link EmbeddingStorePassages} says what it lacks.
 *
 * <p>The index must be there, of the model's dimension, by the cosine. Pinecone's client asks the
 * service for the index's address as it is made.
 */
public final class PineconeExample {
  private static final int DEPTH = 100;

  private PineconeExample() {}

  /** The passages of an index, 100 at most. */
  public static EmbeddingStorePassages passages(String apiKey, String index, EmbeddingModel model) {
    PineconeEmbeddingStore store =
        PineconeEmbeddingStore.builder().apiKey(apiKey).index(index).build();
    return new EmbeddingStorePassages(store, model, DEPTH);
  }
}

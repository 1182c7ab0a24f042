package org.workedanswers.rag;

import java.util.List;
import org.workedanswers.core.Check;

/**
 * Retrieval by meaning: exact search among embeddings.
 *
 * @param embedder the one that the documents were embedded with
 * @param index the documents' embeddings
 */
public record DenseRetriever(Embedder embedder, DenseIndex index) implements Retriever {
  /** Checks that both are of one dimension. */
  public DenseRetriever {
    Check.that(
        embedder.dimension() == index.dimension(),
        "the embedder gives %d dimensions and the documents have %d: both must be of one model",
        embedder.dimension(),
        index.dimension());
  }

  @Override
  public List<List<Hit>> search(List<String> queries, int k) {
    return index.search(embedder.embed(queries), k);
  }
}

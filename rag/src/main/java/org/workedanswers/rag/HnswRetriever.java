package org.workedanswers.rag;

import java.util.List;
import org.workedanswers.core.Check;

/**
 * Retrieval by meaning where comparing all documents takes too long: {@link HnswIndex} in the place
 * of {@link DenseRetriever}'s exact search.
 *
 * @param embedder the one that the documents were embedded with
 * @param index the documents' embeddings
 * @param ef how many of the nearest a search keeps in view; at least the k that is asked for is
 *     taken
 */
public record HnswRetriever(Embedder embedder, HnswIndex index, int ef) implements Retriever {
  /** Checks that both are of one dimension, and ef. */
  public HnswRetriever {
    Check.that(
        embedder.dimension() == index.dimension(),
        "the embedder gives %d dimensions and the documents have %d: both must be of one model",
        embedder.dimension(),
        index.dimension());
    Check.positive("ef", ef);
  }

  @Override
  public List<List<Hit>> search(List<String> queries, int k) {
    return index.search(embedder.embed(queries), k, ef);
  }
}

package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.weaviate.WeaviateEmbeddingStore;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.workedanswers.langchain4j.EmbeddingStorePassages;

/**
 * Passages in a Weaviate server, by meaning; {@link EmbeddingStorePassages} says what it lacks.
 *
 * <p>Of the metadata Weaviate gives back the keys alone that it is told.
 */
public final class WeaviateExample {
  private static final int DEPTH = 100;

  private WeaviateExample() {}

  /**
   * The passages of a class of objects, 100 at most.
   *
   * @param address such as {@code http://localhost:8080}
   * @param apiKey the key, or null for a server that wants none
   * @param objects what the class is called, with a capital letter ahead
   * @param keys the passages' own metadata that is wanted back
   */
  public static EmbeddingStorePassages passages(
      URI address, String apiKey, String objects, Collection<String> keys, EmbeddingModel model) {
    List<String> all = new ArrayList<>(EmbeddingStorePassages.METADATA_KEYS);
    all.addAll(keys);
    WeaviateEmbeddingStore store =
        WeaviateEmbeddingStore.builder()
            .scheme(address.getScheme())
            .host(address.getHost())
            .port(address.getPort() < 0 ? null : address.getPort())
            .apiKey(apiKey)
            .objectClass(objects)
            .avoidDups(false) // ids are ours: the same passage has the same
            .metadataKeys(all)
            .build();
    return new EmbeddingStorePassages(store, model, DEPTH);
  }
}

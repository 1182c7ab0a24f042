package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.cohere.CohereEmbeddingModel;
import dev.langchain4j.model.cohere.CohereScoringModel;
import dev.langchain4j.model.embedding.EmbeddingModel;
import java.time.Duration;
import org.workedanswers.langchain4j.ScoringModelReranker;

/** Cohere's reranking and embeddings. */
public final class CohereExample {
  /** Cohere's own address. */
  public static final String ADDRESS = "https://api.cohere.ai/v1/";

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int BATCH = 100;

  private CohereExample() {}

  /** A reranker, such as {@code rerank-v3.5}. */
  public static ScoringModelReranker reranker(String address, String apiKey, String model) {
    return new ScoringModelReranker(
        CohereScoringModel.builder()
            .baseUrl(address)
            .apiKey(apiKey)
            .modelName(model)
            .timeout(TIMEOUT)
            .maxRetries(1)
            .build(),
        model,
        BATCH);
  }

  /**
   * An embedding model, such as {@code embed-v4.0}: one for the passages and one for the questions,
   * which it embeds differently.
   *
   * @param inputType {@code search_document} or {@code search_query}
   */
  public static EmbeddingModel embeddings(
      String address, String apiKey, String model, String inputType) {
    return CohereEmbeddingModel.builder()
        .baseUrl(address)
        .apiKey(apiKey)
        .modelName(model)
        .inputType(inputType)
        .timeout(TIMEOUT)
        .build();
  }
}

package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.workedanswers.langchain4j.LangChain4jEmbedder;
import org.workedanswers.langchain4j.OpenAiCompatible;
import org.workedanswers.rag.answer.LanguageModel;

/** OpenAI's chat models and embeddings. */
public final class OpenAiExample {
  /** OpenAI's own address. */
  public static final URI ADDRESS = URI.create("https://api.openai.com/v1");

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int BATCH = 256;

  /** Of text-embedding-3-large. */
  private static final int LARGE = 3072;

  private OpenAiExample() {}

  /** A chat model, such as {@code gpt-4o}. */
  public static LanguageModel model(URI address, String apiKey, String model) {
    return OpenAiCompatible.model(address, model, Optional.of(apiKey), TIMEOUT);
  }

  /** The embedding model that the text names, text-embedding-3-large. */
  public static LangChain4jEmbedder embedder(URI address, String apiKey) {
    return new LangChain4jEmbedder(
        OpenAiEmbeddingModel.builder()
            .baseUrl(address.toString())
            .apiKey(apiKey)
            .modelName("text-embedding-3-large")
            .dimensions(LARGE)
            .timeout(TIMEOUT)
            .build(),
        BATCH);
  }
}

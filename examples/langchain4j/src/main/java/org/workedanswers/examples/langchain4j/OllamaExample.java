package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.ollama.OllamaChatModel;
import dev.langchain4j.model.ollama.OllamaEmbeddingModel;
import java.time.Duration;
import org.workedanswers.langchain4j.LangChain4jEmbedder;
import org.workedanswers.langchain4j.LangChain4jLanguageModel;
import org.workedanswers.rag.answer.LanguageModel;

/** Models that an Ollama server runs on one's own machine; no key. */
public final class OllamaExample {
  /** Where Ollama listens. */
  public static final String ADDRESS = "http://localhost:11434";

  /** A model of billions of weights may take minutes on a CPU. */
  private static final Duration TIMEOUT = Duration.ofMinutes(10);

  private static final int BATCH = 64;

  private OllamaExample() {}

  /** A chat model that was pulled, such as {@code llama3:70b}. */
  public static LanguageModel model(String address, String model) {
    return new LangChain4jLanguageModel(
        OllamaChatModel.builder()
            .baseUrl(address)
            .modelName(model)
            .timeout(TIMEOUT)
            .maxRetries(0)
            .build(),
        model);
  }

  /** An embedding model, such as {@code bge-large}; it is asked once, for its dimension. */
  public static LangChain4jEmbedder embedder(String address, String model) {
    return new LangChain4jEmbedder(
        OllamaEmbeddingModel.builder()
            .baseUrl(address)
            .modelName(model)
            .timeout(TIMEOUT)
            .maxRetries(0)
            .build(),
        BATCH);
  }
}

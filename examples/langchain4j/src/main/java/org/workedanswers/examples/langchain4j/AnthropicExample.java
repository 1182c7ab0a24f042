package org.workedanswers.examples.langchain4j;

import dev.langchain4j.model.anthropic.AnthropicChatModel;
import java.time.Duration;
import org.workedanswers.langchain4j.LangChain4jLanguageModel;
import org.workedanswers.rag.answer.LanguageModel;

/** Anthropic's chat models. */
public final class AnthropicExample {
  /** Anthropic's own address. */
  public static final String ADDRESS = "https://api.anthropic.com/v1/";

  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final int MOST_TOKENS = 1024;

  private AnthropicExample() {}

  /** A chat model by the name that Anthropic's documentation gives it. */
  public static LanguageModel model(String address, String apiKey, String model) {
    return new LangChain4jLanguageModel(
        AnthropicChatModel.builder()
            .baseUrl(address)
            .apiKey(apiKey)
            .modelName(model)
            .maxTokens(MOST_TOKENS)
            .timeout(TIMEOUT)
            .maxRetries(1)
            .build(),
        model);
  }
}

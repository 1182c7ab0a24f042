package org.workedanswers.langchain4j;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.openai.OpenAiChatModel;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.workedanswers.core.Check;
import org.workedanswers.rag.answer.LanguageModel;

/**
 * Servers that speak OpenAI's chat completions: OpenAI's own, and llama.cpp, Ollama, vLLM or LM
 * Studio on one's own machine.
 *
 * <ul>
 *   <li><b>Key.</b> The one that is passed is sent, and no other: what lies in the environment is
 *       not looked at. Without one no {@code Authorization} is sent. It goes to the given address
 *       alone, since no redirection is followed; over {@code http} anyone on the way can read it.
 *   <li><b>Time.</b> The time-out is for all of a call: connection, whole reply, retries.
 *   <li><b>Retries.</b> A server that is busy or failed (HTTP 429, 500, 502, 503, 504) is asked
 *       again, twice at most, after the seconds that it asks to wait, else after 0.5 and 1; not
 *       where that would pass the time-out.
 *   <li><b>Length.</b> A reply of more than 16 MiB is not read to its end.
 * </ul>
 */
public final class OpenAiCompatible {
  private static final Duration PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofDays(1);

  private OpenAiCompatible() {}

  /**
   * A model behind such a server.
   *
   * @param baseUrl where its interface begins, such as {@code https://api.openai.com/v1} or {@code
   *     http://localhost:11434/v1}
   * @param modelName the model's name at the server
   * @param apiKey the key; empty to send none
   * @param timeout for a whole call, up to a day
   * @throws IllegalArgumentException if the address is not http or https with a host, or holds a
   *     user, a query or a fragment; the name is blank; the key has characters other than visible
   *     ASCII; the time-out is not positive or too long. The key is in no message
   */
  public static LanguageModel model(
      URI baseUrl, String modelName, Optional<String> apiKey, Duration timeout) {
    ChatModel model = chatModel(baseUrl, modelName, apiKey, timeout);
    return new LangChain4jLanguageModel(model, modelName, baseUrl.toString());
  }

  /**
   * The same as LangChain4j's own type.
   *
   * @throws IllegalArgumentException as {@link #model} does
   */
  public static ChatModel chatModel(
      URI baseUrl, String modelName, Optional<String> apiKey, Duration timeout) {
    return chatModel(baseUrl, modelName, apiKey, timeout, PAUSE);
  }

  static ChatModel chatModel(
      URI baseUrl, String modelName, Optional<String> apiKey, Duration timeout, Duration pause) {
    boolean secure = "https".equalsIgnoreCase(baseUrl.getScheme());
    Check.that(
        baseUrl.getRawUserInfo() == null, "the model's address holds a user: the key goes apart");
    Check.that(
        (secure || "http".equalsIgnoreCase(baseUrl.getScheme())) && baseUrl.getHost() != null,
        "the model's address is %s: it must be like http://host:port/v1",
        baseUrl);
    Check.that(
        baseUrl.getRawQuery() == null && baseUrl.getRawFragment() == null,
        "the model's address must end with its path, without ? and #");
    Check.that(!modelName.isBlank(), "the model's name is blank");
    apiKey.ifPresent(
        key ->
            Check.that(
                key.matches("[\\x21-\\x7e]+"),
                "the key is empty or holds a space, a line end or another character that no key"
                    + " has"));
    Check.that(
        !timeout.isNegative() && !timeout.isZero() && timeout.compareTo(LONGEST) <= 0,
        "the time-out is %s: it must be above 0 and at most a day",
        timeout);
    PatientHttpClient client = new PatientHttpClient(timeout, pause, secure, apiKey.orElse(""));
    return OpenAiChatModel.builder()
        .httpClientBuilder(new PatientHttpClientBuilder(client))
        .baseUrl(baseUrl.toString())
        .apiKey(apiKey.orElse(null))
        .modelName(modelName)
        .timeout(timeout)
        .maxRetries(0) // the client's business, which knows how long to wait
        .build();
  }
}

package org.workedanswers.langchain4j;

import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.util.regex.Pattern;
import org.workedanswers.core.Check;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.answer.LanguageModelException;

/**
 * Any chat model of LangChain4j as rag's {@link LanguageModel}: OpenAI's, Anthropic's, Ollama's and
 * others.
 *
 * <p>The model gets a system message and a user message. Temperature, time-outs and retries are
 * what it was built with.
 */
public final class LangChain4jLanguageModel implements LanguageModel {
  private static final Pattern THINKING =
      Pattern.compile("^\\s*<think>.*?(?:</think>|$)", Pattern.DOTALL);

  private final ChatModel model;
  private final String name;
  private final String place;

  /**
   * A language model over a chat model.
   *
   * @param name what it is called, also in messages about its failures
   * @throws IllegalArgumentException if the name is blank
   */
  public LangChain4jLanguageModel(ChatModel model, String name) {
    this(model, name, "");
  }

  /**
   * A language model whose failures say where it is.
   *
   * @param place its address, or empty
   */
  LangChain4jLanguageModel(ChatModel model, String name, String place) {
    Check.that(!name.isBlank(), "the model's name is blank");
    this.model = model;
    this.name = name;
    this.place = place;
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * {@inheritDoc}
   *
   * <p>What a reasoning model thinks between {@code <think>} marks, ahead of its reply, is no part
   * of it.
   *
   * <p>The message says what failed in our words, with the server's own only where {@link
   * OpenAiCompatible} took the key out of them: so it holds no key. Its cause is the model's own
   * exception, of which that is not known.
   *
   * @throws IllegalArgumentException if a message is blank
   */
  @Override
  public Reply reply(String system, String user) {
    Check.that(!system.isBlank(), "the system message is blank");
    Check.that(!user.isBlank(), "the user message is blank");
    ChatResponse response;
    try {
      response =
          model.chat(
              ChatRequest.builder()
                  .messages(SystemMessage.from(system), UserMessage.from(user))
                  .build());
    } catch (RuntimeException e) {
      throw new LanguageModelException(label() + " " + ChatFailure.why(e), e);
    }
    String whole = response == null ? null : response.aiMessage().text();
    String text = whole == null ? "" : THINKING.matcher(whole).replaceFirst("");
    if (text.isBlank()) {
      throw new LanguageModelException(label() + " gave an empty reply", null);
    }
    TokenUsage usage = response.tokenUsage();
    return new Reply(
        text,
        usage == null ? -1 : count(usage.inputTokenCount()),
        usage == null ? -1 : count(usage.outputTokenCount()),
        response.finishReason() == FinishReason.LENGTH);
  }

  private String label() {
    return place.isEmpty() ? name : name + " at " + place;
  }

  private static long count(Integer tokens) {
    return tokens == null ? -1 : tokens;
  }
}

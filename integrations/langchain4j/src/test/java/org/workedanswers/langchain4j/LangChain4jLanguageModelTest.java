package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.util.function.Function;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.answer.LanguageModelException;

/** What any chat model's failure is called, whichever library it speaks through. */
class LangChain4jLanguageModelTest {
  private static final String KEY = "sk-0123456789-secret";

  private static LanguageModel model(Function<ChatRequest, ChatResponse> reply) {
    ChatModel model =
        new ChatModel() {
          @Override
          public ChatResponse doChat(ChatRequest request) {
            return reply.apply(request);
          }
        };
    return new LangChain4jLanguageModel(model, "m");
  }

  private static void assertFails(String message, RuntimeException failure) {
    LanguageModel model =
        model(
            request -> {
              throw failure;
            });
    LanguageModelException e =
        assertThrows(LanguageModelException.class, () -> model.reply("s", "u"));
    assertEquals("m " + message, e.getMessage());
    assertSame(failure, e.getCause());
  }

  private static LanguageModel.Reply reply(String text, FinishReason reason) {
    return model(
            request ->
                ChatResponse.builder().aiMessage(AiMessage.from(text)).finishReason(reason).build())
        .reply("s", "u");
  }

  @Test
  void whatIsThoughtIsNoPartOfTheReplyAndACutIsTold() {
    assertEquals("Yes [1].", reply("Yes [1].", FinishReason.STOP).text());
    assertFalse(reply("Yes [1].", FinishReason.STOP).isCutOff());
    assertFalse(reply("Yes [1].", null).isCutOff());
    assertTrue(reply("Yes [1] and", FinishReason.LENGTH).isCutOff());
    String thought = "<think>\nHm [2].\n</think>\n";
    assertEquals("\nYes [1].", reply(thought + "Yes [1].", FinishReason.STOP).text());
    assertEquals("A <think> mark.", reply("A <think> mark.", FinishReason.STOP).text());
    LanguageModelException e =
        assertThrows(
            LanguageModelException.class,
            () -> reply("<think>I was cut off while", FinishReason.LENGTH));
    assertEquals("m gave an empty reply", e.getMessage());
  }

  @Test
  void failuresHaveNamesForAPersonAndNoWordsOfTheServer() {
    String said = "your key " + KEY + " is bad";
    String slow = "did not answer in time: a longer time-out or a shorter prompt may help";
    assertFails(slow, new TimeoutException(said));
    assertFails(slow, new UncheckedIOException(new InterruptedIOException(said)));
    assertFails(
        "refuses the key, or wants one (HTTP 401)",
        new AuthenticationException(new HttpException(401, said)));
    assertFails("refuses the key, or wants one", new AuthenticationException(said));
    assertFails("is not there: its name or the address is wrong", new ModelNotFoundException(said));
    assertFails(
        "takes no more requests for now: too many, or the quota is used up",
        new RateLimitException(said));
    assertFails("refuses the request", new InvalidRequestException(said));
    assertFails("declines to answer this", new ContentFilteredException(said));
    assertFails(
        "gave a reply without an answer in it, or failed on its own side",
        new InternalServerException(said));
    assertFails(
        "can't be reached: nobody knows the host of its address",
        new UncheckedIOException(new UnknownHostException(said)));
    assertFails(
        "can't be reached: nobody knows the host of its address",
        new UncheckedIOException(
            (ConnectException) new ConnectException().initCause(new UnresolvedAddressException())));
    assertFails(
        "can't be reached by a secure connection: the address or its certificate is wrong",
        new UncheckedIOException(new SSLHandshakeException(said)));
    assertFails(
        "gave no reply that can be understood (IllegalStateException)",
        new IllegalStateException(said));
  }

  @Test
  void aCircleOfCausesEnds() {
    RuntimeException a = new IllegalStateException("a");
    RuntimeException b = new IllegalStateException("b", a);
    a.initCause(b);
    assertFails("gave no reply that can be understood (IllegalStateException)", a);
  }

  @Test
  void missingCountsAreMinusOne() {
    ChatResponse bare = ChatResponse.builder().aiMessage(AiMessage.from("Yes.")).build();
    assertEquals(new LanguageModel.Reply("Yes.", -1, -1), model(request -> bare).reply("s", "u"));
    assertThrows(LanguageModelException.class, () -> model(request -> null).reply("s", "u"));
  }

  @Test
  void blankMessagesAreNotSent() {
    LanguageModel model = model(request -> null);
    assertEquals(
        "the system message is blank",
        assertThrows(IllegalArgumentException.class, () -> model.reply(" ", "u")).getMessage());
    assertEquals(
        "the user message is blank",
        assertThrows(IllegalArgumentException.class, () -> model.reply("s", "")).getMessage());
    assertThrows(IllegalArgumentException.class, () -> new LangChain4jLanguageModel(null, " "));
  }
}

package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.answer.LanguageModelException;

/** The path to OpenAI-compatible servers, by a stand-in on loopback. */
@Timeout(60)
class OpenAiCompatibleTest {
  private static final String KEY = "sk-0123456789-secret";
  private static final Duration LONG = Duration.ofMinutes(1);

  private static LanguageModel model(URI url, Optional<String> key, Duration timeout) {
    return new LangChain4jLanguageModel(
        OpenAiCompatible.chatModel(url, "m", key, timeout, Duration.ofMillis(5)),
        "m",
        url.toString());
  }

  private static String failure(StandInServer server, Duration timeout) {
    LanguageModel model = model(server.url(), Optional.of(KEY), timeout);
    LanguageModelException e =
        assertThrows(LanguageModelException.class, () -> model.reply("be brief", "why?"));
    for (Throwable t = e; t != null; t = t.getCause()) {
      assertFalse(String.valueOf(t.getMessage()).contains(KEY), t.toString());
    }
    String start = "m at " + server.url() + " ";
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
    return e.getMessage().substring(start.length());
  }

  private static String failure(int status, String body) throws IOException {
    try (StandInServer server = StandInServer.saying(status, body)) {
      return failure(server, LONG);
    }
  }

  @Test
  void aReplyComesWithItsTokens() throws IOException {
    String said = StandInServer.completion("\"It masks \\\"the\\\" future. \\ud83d\\ude00\"");
    try (StandInServer server = StandInServer.saying(200, said)) {
      LanguageModel model = OpenAiCompatible.model(server.url(), "m", Optional.of(KEY), LONG);
      assertEquals("m", model.name());
      assertEquals(
          new LanguageModel.Reply("It masks \"the\" future. 😀", 12, 3),
          model.reply("You \"quote\".\nAlways.", "Why? é 東"));
      StandInServer.Asked asked = server.asked().get(0);
      assertEquals("POST /v1/chat/completions", asked.path());
      assertEquals(List.of("Bearer " + KEY), asked.headers().get("Authorization"));
      assertFalse(asked.headers().containsKey("Upgrade"));
      JsonNode json = new ObjectMapper().readTree(asked.body());
      assertEquals("m", json.get("model").asText());
      assertFalse(json.has("temperature"), "temperature is the model's own");
      assertEquals(2, json.get("messages").size());
      assertEquals("system", json.at("/messages/0/role").asText());
      assertEquals("You \"quote\".\nAlways.", json.at("/messages/0/content").asText());
      assertEquals("user", json.at("/messages/1/role").asText());
      assertEquals("Why? é 東", json.at("/messages/1/content").asText());
    }
  }

  @Test
  void withoutAKeyNoneIsSentAndWithoutCountsNoneAreClaimed() throws IOException {
    String said =
        "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"content\": \"Yes.\"}}]}";
    try (StandInServer server = StandInServer.saying(200, said)) {
      LanguageModel model = model(server.url(), Optional.empty(), LONG);
      assertEquals(new LanguageModel.Reply("Yes.", -1, -1), model.reply("s", "u"));
      assertFalse(server.asked().get(0).headers().containsKey("Authorization"));
    }
  }

  /** What the environment holds is nobody's business: tried in a process that has it. */
  @Test
  void aKeyInTheEnvironmentIsNotSent() throws IOException, InterruptedException {
    try (StandInServer server = StandInServer.saying(200, StandInServer.completion("\"Yes.\""))) {
      Path java = Path.of(System.getProperty("java.home"), "bin", "java");
      ProcessBuilder child =
          new ProcessBuilder(
              java.toString(),
              "-Xshare:auto",
              "-XX:TieredStopAtLevel=1",
              Asker.class.getName(),
              server.url().toString());
      Map<String, String> environment = child.environment();
      environment.put("CLASSPATH", System.getProperty("java.class.path"));
      for (String name : List.of("OPENAI_API_KEY", "OPENAI_KEY", "LANGCHAIN4J_API_KEY")) {
        environment.put(name, KEY);
      }
      environment.put("OPENAI_BASE_URL", "http://127.0.0.1:9/v1");
      environment.put("OPENAI_ORGANIZATION", KEY);
      child.redirectErrorStream(true);
      Process process = child.start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertTrue(process.waitFor(1, TimeUnit.MINUTES));
      assertEquals("Yes.", output.trim());
      StandInServer.Asked asked = server.asked().get(0);
      assertFalse(asked.headers().containsKey("Authorization"));
      assertFalse(asked.headers().toString().contains(KEY) || asked.body().contains(KEY));
    }
  }

  /** The child of the test above. */
  static final class Asker {
    private Asker() {}

    public static void main(String[] args) {
      LanguageModel model =
          OpenAiCompatible.model(URI.create(args[0]), "m", Optional.empty(), LONG);
      System.out.println(model.reply("s", "u").text());
    }
  }

  @Test
  void refusalsAreExplainedWithoutTheKey() throws IOException {
    assertEquals(
        "refuses the key, or wants one (HTTP 401). It says: Incorrect API key provided: [the key].",
        failure(401, "{\"error\": {\"message\": \"Incorrect API key provided: " + KEY + ".\"}}"));
    assertEquals(
        "is not there: its name or the address is wrong (HTTP 404). It says: model \"m\" not found",
        failure(404, "{\"error\": \"model \\\"m\\\" not found\"}"));
    assertEquals(
        "refuses the request (HTTP 400). It says: context too long [31m",
        failure(400, "context\ttoo\r\nlong \u001b[31m"));
    assertEquals("refuses the request (HTTP 413)", failure(413, ""));
    String slashed = "sk/a+b/c-secret";
    for (String said : List.of("sk\\/a+b\\/c-secret", "sk/a\u200b+b/c-secret", slashed)) {
      try (StandInServer server =
          StandInServer.saying(401, "{\"message\": \"no such key: " + said + "\"}")) {
        LanguageModel model = model(server.url(), Optional.of(slashed), LONG);
        LanguageModelException e =
            assertThrows(LanguageModelException.class, () -> model.reply("s", "u"));
        assertTrue(e.getMessage().endsWith("no such key: [the key]"), e.getMessage());
      }
    }
    assertEquals(
        "refuses the request (HTTP 400). It says: " + "y".repeat(300) + " ...",
        failure(400, "{\"error\": \"" + "y".repeat(5_000_000) + "\"}"));
    assertTrue(failure(400, "\"error\":\"" + "\\x".repeat(1_000_000)).endsWith("xxx"));
    assertEquals("answers what is no reply: the address may be wrong (HTTP 301)", failure(301, ""));
    String longText = failure(403, "x".repeat(100_000));
    assertTrue(longText.endsWith("xxx ...") && longText.length() < 400, longText);
  }

  @Test
  void aServerThatFailsIsAskedThreeTimes() throws IOException {
    try (StandInServer server = StandInServer.saying(500, "<html>oops</html>")) {
      assertEquals(
          "failed on its own side; trying later may help (HTTP 500), 3 times",
          failure(server, LONG));
      assertEquals(3, server.asked().size());
    }
    try (StandInServer server =
        new StandInServer(
            (exchange, n) ->
                StandInServer.say(
                    exchange, n == 1 ? 503 : 200, StandInServer.completion("\"Now.\"")))) {
      assertEquals("Now.", model(server.url(), Optional.empty(), LONG).reply("s", "u").text());
      assertEquals(2, server.asked().size());
      assertEquals(server.asked().get(0).body(), server.asked().get(1).body());
    }
    try (StandInServer server = StandInServer.saying(401, "")) {
      failure(server, LONG);
      assertEquals(1, server.asked().size(), "a refused key stays refused");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3, ', 3 times; it asks to wait 0 s'",
    "'Wed, 21 Oct 2015 07:28:00 GMT', 3, ', 3 times; it asks to wait 0 s'",
    "soon, 3, ', 3 times'",
    "3600, 1, ; it asks to wait 3600 s",
    "99999999999999, 3, ', 3 times'"
  })
  void aBusyServerIsGivenTheTimeThatItAsksFor(String retryAfter, int requests, String details)
      throws IOException {
    try (StandInServer server =
        new StandInServer(
            (exchange, n) -> {
              exchange.getResponseHeaders().set("Retry-After", retryAfter);
              StandInServer.say(exchange, 429, "");
            })) {
      assertEquals(
          "takes no more requests for now: too many, or the quota is used up (HTTP 429)" + details,
          failure(server, LONG));
      assertEquals(requests, server.asked().size());
    }
  }

  /** Slow to begin, and slow in the middle, which the JDK's own time-out does not see. */
  @Test
  void aSlowReplyEndsWithTheTimeOut() throws IOException {
    String slow = "did not answer in time: a longer time-out or a shorter prompt may help";
    StandInServer[] self = new StandInServer[1];
    try (StandInServer server = new StandInServer((exchange, n) -> self[0].hang())) {
      self[0] = server;
      assertEquals(slow, failure(server, Duration.ofMillis(200)));
    }
    try (StandInServer server =
        new StandInServer(
            (exchange, n) -> {
              exchange.sendResponseHeaders(200, 100_000);
              exchange.getResponseBody().write('{');
              exchange.getResponseBody().flush();
              self[0].hang();
            })) {
      self[0] = server;
      assertEquals(slow, failure(server, Duration.ofMillis(300)));
    }
  }

  @Test
  void nothingListens() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    URI url = URI.create("http://127.0.0.1:" + port + "/v1");
    LanguageModel model = model(url, Optional.of(KEY), LONG);
    assertEquals(
        "m at " + url + " can't be reached: nothing answers at its address; is the server running?",
        assertThrows(LanguageModelException.class, () -> model.reply("s", "u")).getMessage());
  }

  /** A connection that is reset after half a reply; HttpServer can't do that. */
  @Test
  void theConnectionBreaksInTheMiddle() throws IOException, InterruptedException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Thread thread =
          new Thread(
              () -> {
                try (Socket client = socket.accept()) {
                  client.getInputStream().read(new byte[100]);
                  OutputStream out = client.getOutputStream();
                  out.write(
                      "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"choices\": ["
                          .getBytes(StandardCharsets.US_ASCII));
                  out.flush();
                  client.setSoLinger(true, 0);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      thread.start();
      URI url = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/v1");
      LanguageModel model = model(url, Optional.of(KEY), LONG);
      assertEquals(
          "m at " + url + " broke the connection off before the reply was whole",
          assertThrows(LanguageModelException.class, () -> model.reply("s", "u")).getMessage());
      thread.join();
    }
  }

  @Test
  void whatIsNoReplyIsNotTakenForOne() throws IOException {
    String json = "gave what is no reply of a chat model: its address may be wrong";
    assertEquals(json, failure(200, "<html>Sign in, " + KEY + "</html>"));
    assertEquals(json, failure(200, "{\"choices\": [{\"message\": {\"content\": " + KEY));
    assertEquals(
        "gave a reply without an answer in it, or failed on its own side",
        failure(200, "{\"choices\": []}"));
    assertEquals(
        "gave a reply without an answer in it, or failed on its own side", failure(200, "{}"));
    for (String content : List.of("null", "\"\"", "\" \\n\"")) {
      assertEquals("gave an empty reply", failure(200, StandInServer.completion(content)));
    }
    assertEquals(
        "gave no reply that can be understood (NullPointerException)",
        failure(200, "{\"choices\": [{}]}"));
    assertEquals(json, failure(200, ""));
    assertEquals(json, failure(200, "[".repeat(1 << 20)));
    assertEquals(
        "declines to answer this",
        failure(
            200,
            "{\"choices\": [{\"message\": {\"role\": \"assistant\", \"refusal\": \"No.\"}}]}"));
  }

  /** A reply without end: it is refused long before memory is. */
  @Test
  void aReplyWithoutEndIsCutOff() throws IOException {
    try (StandInServer server =
        new StandInServer(
            (exchange, n) -> {
              exchange.sendResponseHeaders(200, 0);
              byte[] blanks = " ".repeat(1 << 16).getBytes(StandardCharsets.US_ASCII);
              for (int i = 0; i < 1 << 14; i++) { // 1 GiB, where nobody hangs up
                exchange.getResponseBody().write(blanks);
              }
            })) {
      assertEquals(
          "gave no reply that can be read: it is longer than 16 MiB, and the rest was not read",
          failure(server, LONG));
    }
  }

  @Test
  void anInterruptEndsTheWaiting() throws IOException, InterruptedException {
    StandInServer[] self = new StandInServer[1];
    Thread caller = Thread.currentThread();
    try (StandInServer server =
        new StandInServer(
            (exchange, n) -> {
              caller.interrupt();
              self[0].hang();
            })) {
      self[0] = server;
      assertEquals("was interrupted", failure(server, LONG));
      assertTrue(Thread.interrupted(), "the caller's mark is kept");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://h/v1, 'the model''s address is ftp://h/v1: it must be like http://host:port/v1'",
    "localhost:80, 'the model''s address is localhost:80: it must be like http://host:port/v1'",
    "http:///v1, 'the model''s address is http:///v1: it must be like http://host:port/v1'",
    "http://a:sk-0123456789-secret@h/, 'the model''s address holds a user: the key goes apart'",
    "http://h/v1?k=1, 'the model''s address must end with its path, without ? and #'",
    "http://h/v1#x, 'the model''s address must end with its path, without ? and #'"
  })
  void badAddressesAreRefused(URI url, String message) {
    assertRefused(message, url, "m", KEY, LONG);
  }

  @Test
  void badSettingsAreRefused() {
    URI url = URI.create("http://h/v1");
    String key =
        "the key is empty or holds a space, a line end or another character that no key has";
    for (String bad : List.of("", KEY + "\n", "a b", "\u00fc")) {
      assertRefused(key, url, "m", bad, LONG);
    }
    assertRefused("the model's name is blank", url, " ", KEY, LONG);
    for (Duration bad : List.of(Duration.ZERO, Duration.ofMillis(-1), Duration.ofDays(2))) {
      assertRefused(
          "the time-out is " + bad + ": it must be above 0 and at most a day", url, "m", KEY, bad);
    }
  }

  private static void assertRefused(
      String message, URI url, String name, String key, Duration timeout) {
    assertEquals(
        message,
        assertThrows(
                IllegalArgumentException.class,
                () -> OpenAiCompatible.model(url, name, Optional.of(key), timeout))
            .getMessage());
  }
}

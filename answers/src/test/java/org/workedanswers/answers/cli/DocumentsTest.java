package org.workedanswers.answers.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.workedanswers.rag.answer.Prompt;

/** {@code ask} and {@code search}, as a person calls them. */
class DocumentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private Path docs;

  /** A model that a user might write: it is named by its class. */
  public static final class Parrot implements ChatModel {
    @Override
    public ChatResponse doChat(ChatRequest request) {
      return ChatResponse.builder()
          .aiMessage(AiMessage.from("A mask hides the future of a token [1]. Cats bark [9]."))
          .build();
    }
  }

  @BeforeEach
  void write() throws IOException {
    docs = Files.createDirectories(folder.resolve("docs/sub")).getParent();
    Files.writeString(
        docs.resolve("masks.md"),
        "# Causal masks\n\nA causal mask hides the future from each token. Without it all tokens"
            + " see each other.\n");
    Files.writeString(docs.resolve("sub/bread.txt"), "Bread is baked from flour, water and salt.");
    Files.write(docs.resolve("pic.png"), new byte[] {1, 2, 3});
  }

  private Run run(String command, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                command, "--docs", docs.toString(), "--index", folder.resolve("ix").toString()));
    args.addAll(List.of(more));
    return Run.study(args.toArray(String[]::new));
  }

  private JsonNode json(String command, String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of(more));
    args.add("--json");
    Run run = run(command, args.toArray(String[]::new));
    assertEquals(0, run.status(), run.err());
    return JSON.readTree(run.out());
  }

  @Test
  void questionsAreAnsweredFromWhatIsThereNow() throws Exception {
    Run run = run("ask", "what does a causal mask hide?");
    assertEquals(0, run.status(), run.err());
    assertTrue(run.out().contains("“A causal mask hides the future from each token.” [1]"));
    assertTrue(run.out().contains("[1] *  masks.md"), run.out());
    assertTrue(run.out().contains("Documents: 2 added, 0 unchanged; 2 passages embedded."));
    assertTrue(run.out().contains("skipped pic.png: files that end in .png are not read"));
    assertTrue(run.out().contains("no language model wrote this"));
    String king = "who is the king of Ruritania?";
    assertEquals("thin", json("ask", king).get("kind").asText());
    Files.writeString(docs.resolve("ruritania.txt"), "The king of Ruritania is Rudolf the Fifth.");
    Files.delete(docs.resolve("sub/bread.txt"));
    JsonNode answer = json("ask", king);
    assertEquals("quoted", answer.get("kind").asText());
    int cited = answer.get("statements").get(0).get("cited").get(0).asInt();
    assertEquals("ruritania.txt", answer.get("passages").get(cited - 1).get("document").asText());
    String found = run("search", "bread flour").out();
    assertTrue(found.contains("masks.md"), "there is nothing else");
    assertFalse(found.contains("bread.txt"));
  }

  @Test
  void aSearchShowsWhy() throws Exception {
    Run run = run("search", "--explain", "--results", "1", "causal", "mask");
    assertTrue(run.out().contains("[1] masks.md, 0-"), run.out());
    assertTrue(run.out().contains("16.39 + 16.39 = 32.79"), run.out()); // first by both
    assertTrue(run.out().contains("causal, mask"), run.out());
    JsonNode only =
        json("search", "flour", "--also", "a mask", "--where", "kind=markdown").get("results");
    assertEquals(1, only.size());
    assertEquals("masks.md", only.get(0).get("document").asText());
    assertEquals(0, only.get(0).get("rank_by_words").asInt()); // of the first wording
    assertTrue(only.get(0).get("cosine").asDouble() < 0.2);
  }

  @Test
  void aNamedModelWritesAndIsChecked() throws Exception {
    String question = "what does a causal mask hide?";
    Run page = run("ask", question, "--model", Parrot.class.getName(), "--show-prompt");
    assertTrue(page.out().contains("“Cats bark.” cites [9], which there is not"), page.out());
    assertTrue(page.out().contains("A mask hides the future of a token. [1] Cats bark."));
    assertTrue(page.out().contains("> # Causal masks"), page.out());
  }

  @Test
  void aServerIsAskedAndGetsNoKey() throws Exception {
    List<JsonNode> bodies = Collections.synchronizedList(new ArrayList<>());
    List<String> keys = Collections.synchronizedList(new ArrayList<>());
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          bodies.add(JSON.readTree(exchange.getRequestBody()));
          keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
          byte[] reply =
              ("{\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":{\"role\":"
                      + "\"assistant\",\"content\":\"It hides the future [1].\"}}]}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, reply.length);
          exchange.getResponseBody().write(reply);
          exchange.close();
        });
    server.start();
    try {
      String model = "tiny@http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
      JsonNode answer = json("ask", "what does a causal mask hide?", "--model", model);
      assertEquals("It hides the future.", answer.get("statements").get(0).get("text").asText());
      assertNull(keys.get(0));
      JsonNode messages = bodies.get(0).get("messages");
      assertEquals(Prompt.SYSTEM, messages.get(0).get("content").asText());
      assertTrue(messages.get(1).get("content").asText().contains("> A causal mask hides"));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void wrongUseIsToldInASentence() throws Exception {
    String[][] wrong = {
      {"ask"},
      {"ask", " "},
      {"ask", "x", "--index", docs.resolve("sub/index").toString()},
      {"ask", "x", "--index", docs.toString()},
      {"ask", "x", "--docs", folder.resolve("none").toString()},
      {"ask", "x", "--docs", docs.resolve("masks.md").toString()},
      {"ask", "x", "--overlap", "200"},
      {"ask", "x", "--chunk", "0"},
      {"ask", "x", "--results", "0"},
      {"ask", "x", "--where", "kind"},
      {"ask", "x", "--least-evidence", "2"},
      {"ask", "x", "--key-from", "NOWHERE"},
      {"ask", "x", "--model", "no.such.Class"},
      {"ask", "x", "--model", "java.lang.Object"},
      {"ask", "x", "--model", "a@http://h/v1", "--key-from", "NO_SUCH_VARIABLE"},
      {"search", "x", "--cut", "nowhere"},
    };
    for (String[] args : wrong) {
      List<String> line = new ArrayList<>(List.of(args));
      if (!line.contains("--docs")) {
        line.addAll(List.of("--docs", docs.toString()));
      }
      if (!line.contains("--index")) {
        line.addAll(List.of("--index", folder.resolve("ix").toString()));
      }
      Run run = Run.study(line.toArray(String[]::new));
      assertEquals(2, run.status(), String.join(" ", args) + ": " + run.err());
      assertTrue(run.err().startsWith("study: "), run.err());
      assertFalse(run.err().contains("\tat "), run.err());
    }
    Path other = Files.createDirectories(folder.resolve("other"));
    assertEquals(0, run("search", "x").status());
    Run taken =
        Run.study(
            "search", "x", "--docs", other.toString(), "--index", folder.resolve("ix").toString());
    assertEquals(2, taken.status());
    assertTrue(taken.err().contains("is the index of "), taken.err());
    Run full = Run.study("search", "x", "--docs", other.toString(), "--index", docs.toString());
    assertTrue(full.err().contains("holds other files"), full.err());
    // What a kill in the first instant leaves is no other file.
    Path begun = Files.createDirectories(folder.resolve("begun"));
    Files.createFile(begun.resolve("folder.txt.new"));
    Run again = Run.study("search", "x", "--docs", other.toString(), "--index", begun.toString());
    assertEquals(0, again.status(), again.err());
  }
}

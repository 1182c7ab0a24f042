package org.workedanswers.examples.langchain4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Matrix;
import org.workedanswers.langchain4j.EmbeddingStorePassages;
import org.workedanswers.rag.answer.LanguageModel;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;

/** Every example is made and asked once, by a stand-in on loopback that speaks its language. */
class ExamplesTest {
  private static final String KEY = "dummy-key";

  /** What is answered to a path, and what was asked there. */
  private final Map<String, String> answers = new ConcurrentHashMap<>();

  private final Map<String, String> asked = new ConcurrentHashMap<>();
  private HttpServer server;
  private String address;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          byte[] body = exchange.getRequestBody().readAllBytes();
          asked.put(
              path,
              exchange.getRequestHeaders().getOrDefault("Authorization", List.of())
                  + exchange.getRequestHeaders().getOrDefault("X-api-key", List.of()).toString()
                  + new String(body, StandardCharsets.UTF_8));
          byte[] answer = answers.getOrDefault(path, "").getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(answer.length == 0 ? 404 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    address = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void assertAsked(String path, String... parts) {
    for (String part : parts) {
      assertTrue(asked.getOrDefault(path, "").contains(part), part + " in " + asked);
    }
  }

  @Test
  void openAi() {
    answers.put(
        "/v1/chat/completions",
        """
        {"choices": [{"message": {"role": "assistant", "content": "Yes [1]."}}],
         "usage": {"prompt_tokens": 5, "completion_tokens": 2, "total_tokens": 7}}
        """);
    answers.put(
        "/v1/embeddings",
        "{\"data\": [{\"index\": 0, \"embedding\": "
            + Collections.nCopies(3072, "0.5")
            + "}], \"usage\": {\"prompt_tokens\": 1, \"total_tokens\": 1}}");
    URI url = URI.create(address + "/v1");
    assertEquals(
        new LanguageModel.Reply("Yes [1].", 5, 2),
        OpenAiExample.model(url, KEY, "gpt-4o").reply("Cite.", "Why?"));
    assertAsked("/v1/chat/completions", "Bearer " + KEY, "gpt-4o");
    assertEquals("1 x 3072", OpenAiExample.embedder(url, KEY).embed(List.of("text")).toString());
    assertEquals("text-embedding-3-large", OpenAiExample.embedder(url, KEY).name());
    assertAsked("/v1/embeddings", "Bearer " + KEY, "text-embedding-3-large");
  }

  @Test
  void anthropic() {
    answers.put(
        "/v1/messages",
        """
        {"id": "m1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
         "content": [{"type": "text", "text": "Yes [1]."}],
         "usage": {"input_tokens": 5, "output_tokens": 2}}
        """);
    assertEquals(
        new LanguageModel.Reply("Yes [1].", 5, 2),
        AnthropicExample.model(address + "/v1/", KEY, "claude").reply("Cite.", "Why?"));
    assertAsked("/v1/messages", "[" + KEY + "]", "\"claude\"", "Cite.");
  }

  @Test
  void ollama() {
    answers.put(
        "/api/chat",
        """
        {"model": "llama3", "message": {"role": "assistant", "content": "Yes [1]."},
         "done": true, "prompt_eval_count": 5, "eval_count": 2}
        """);
    answers.put(
        "/api/embed",
        """
        {"model": "bge-large", "embeddings": [[1, 2, 3]], "prompt_eval_count": 1}
        """);
    assertEquals(
        new LanguageModel.Reply("Yes [1].", 5, 2),
        OllamaExample.model(address, "llama3").reply("Cite.", "Why?"));
    assertAsked("/api/chat", "llama3", "Cite.");
    assertArrayEquals(
        new float[] {1, 2, 3},
        OllamaExample.embedder(address, "bge-large").embed(List.of("text")).row(0));
  }

  private static Passage passage(String id, String text) {
    return new Passage(id, "d", 0, text.length(), "", text, Map.of("kind", "a"));
  }

  @Test
  void cohere() {
    answers.put(
        "/v1/rerank",
        """
        {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.2}],
         "meta": {"billed_units": {"search_units": 1}}}
        """);
    answers.put(
        "/v1/embed",
        """
        {"embeddings": [[1, 2, 3]], "meta": {"billed_units": {"input_tokens": 1}}}
        """);
    double[] scores =
        CohereExample.reranker(address + "/v1/", KEY, "rerank-v3.5")
            .scores("why", List.of(passage("p1", "a"), passage("p2", "bb")));
    assertArrayEquals(new double[] {0.2, 0.9}, scores);
    assertAsked("/v1/rerank", "Bearer " + KEY, "rerank-v3.5", "bb");
    EmbeddingModel model =
        CohereExample.embeddings(address + "/v1/", KEY, "embed-v4.0", "search_query");
    assertArrayEquals(new float[] {1, 2, 3}, model.embed("text").content().vector());
    assertAsked("/v1/embed", "Bearer " + KEY, "search_query");
  }

  /** A text's vector is its length and a one. */
  static final class Lengths implements EmbeddingModel {
    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
      return Response.from(
          segments.stream().map(s -> Embedding.from(new float[] {s.text().length(), 1})).toList());
    }

    @Override
    public int dimension() {
      return 2;
    }
  }

  @Test
  void weaviate() {
    String id = "0123456789abcdef0123456789abcdef";
    String uuid = "01234567-89ab-cdef-0123-456789abcdef";
    answers.put("/v1/meta", "{\"version\": \"1.30.0\"}");
    answers.put(
        "/v1/graphql",
        """
        {"data": {"Get": {"Notes": [{"text": "A mask.",
          "_additional": {"id": "%s", "certainty": 0.75, "vector": [7, 1]},
          "_metadata": {"passage": "%s", "document": "d", "title": "", "from": 3, "to": 10,
                        "kind": "a"}}]}}}
        """
            .formatted(uuid, id));
    answers.put(
        "/v1/batch/objects", "[{\"id\": \"" + uuid + "\", \"result\": {\"status\": \"SUCCESS\"}}]");
    EmbeddingStorePassages passages =
        WeaviateExample.passages(
            URI.create(address), null, "Notes", List.of("kind"), new Lengths());
    Passage mask = new Passage(id, "d", 3, 10, "", "A mask.", Map.of("kind", "a"));
    passages.put(new Entry("d", "f", List.of(mask), Matrix.wrap(new float[] {7, 1}, 1, 2)));
    assertAsked("/v1/batch/objects", uuid, "A mask.", "Notes", "kind");
    assertEquals(List.of(new Found(mask, 0.75)), passages.apply("mask?"));
  }
}

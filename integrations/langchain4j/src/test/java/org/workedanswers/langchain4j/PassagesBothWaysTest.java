package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.rag.AugmentationRequest;
import dev.langchain4j.rag.DefaultRetrievalAugmentor;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.query.Query;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;

/** Our passages as LangChain4j's contents, and theirs as ours. */
class PassagesBothWaysTest {
  private static final Passage AWKWARD =
      new Passage(
          "p1",
          "notes/mask.md",
          17,
          90,
          "Masks",
          "A causal mask hides the future. 😀",
          Map.of(
              "title", "another",
              "metadata_title", "a third",
              "", "no key",
              "language", "en",
              "passage", "7",
              "index", "1"));

  private static final Passage PLAIN = new Passage("p2", "d", 0, 5, "", "plain", Map.of());

  @Test
  void allOfAPassageIsInItsContent() {
    PassageRetriever retriever =
        new PassageRetriever(
            question -> List.of(new Found(AWKWARD, 31.5), new Found(PLAIN, question.length())));
    List<Content> contents = retriever.retrieve(Query.from("mask?"));
    assertEquals(2, contents.size());
    TextSegment segment = contents.get(0).textSegment();
    assertEquals(AWKWARD.text(), segment.text());
    assertEquals(
        Map.ofEntries(
            Map.entry("passage", "p1"),
            Map.entry("document", "notes/mask.md"),
            Map.entry("title", "Masks"),
            Map.entry("from", 17),
            Map.entry("to", 90),
            Map.entry("metadata_title", "another"),
            Map.entry("metadata_metadata_title", "a third"),
            Map.entry("metadata_", "no key"),
            Map.entry("language", "en"),
            Map.entry("metadata_passage", "7"),
            Map.entry("index", "1")),
        segment.metadata().toMap());
    assertEquals(
        Map.of(ContentMetadata.SCORE, 31.5, ContentMetadata.EMBEDDING_ID, "p1"),
        contents.get(0).metadata());
    assertEquals(5.0, contents.get(1).metadata().get(ContentMetadata.SCORE));
  }

  @Test
  void whatGoesOutComesBackTheSame() {
    List<Found> found = List.of(new Found(AWKWARD, 3), new Found(PLAIN, -2));
    assertEquals(found, new ContentRetrieverPassages(new PassageRetriever(q -> found)).apply("q"));
  }

  /** LangChain4j's own augmentor, which its AI services use, puts the passages into the prompt. */
  @Test
  void theirAugmentorTakesOurRetriever() {
    DefaultRetrievalAugmentor augmentor =
        DefaultRetrievalAugmentor.builder()
            .contentRetriever(new PassageRetriever(q -> List.of(new Found(AWKWARD, 1))))
            .build();
    UserMessage message = UserMessage.from("What does a causal mask do?");
    dev.langchain4j.rag.query.Metadata about =
        dev.langchain4j.rag.query.Metadata.from(message, null, List.of());
    UserMessage augmented =
        (UserMessage) augmentor.augment(new AugmentationRequest(message, about)).chatMessage();
    assertTrue(augmented.singleText().startsWith("What does a causal mask do?"));
    assertTrue(augmented.singleText().contains(AWKWARD.text()), augmented.singleText());
  }

  private static Content content(
      String text, Map<String, ?> metadata, Map<ContentMetadata, Object> m) {
    return Content.from(TextSegment.from(text, Metadata.from(metadata)), m);
  }

  private static List<Found> passages(Content... contents) {
    return new ContentRetrieverPassages(query -> List.of(contents)).apply("q");
  }

  @Test
  void strangersGetStableIdsAndTheDocumentTheyName() {
    Content file = content("a", Map.of("file_name", "f.txt", "page", 3), Map.of());
    Content web = content("a", Map.of("url", "http://x/y"), Map.of());
    Content stored = content("a", Map.of(), Map.of(ContentMetadata.EMBEDDING_ID, "e9"));
    Content bare = content("a", Map.of(), Map.of());
    List<Found> found = passages(file, web, stored, bare, bare);
    assertEquals(4, found.size(), "the same content is one passage");
    assertEquals("f.txt", found.get(0).passage().document());
    assertEquals(Map.of("file_name", "f.txt", "page", "3"), found.get(0).passage().metadata());
    assertEquals("http://x/y", found.get(1).passage().document());
    assertEquals("e9", found.get(2).passage().id());
    assertEquals("e9", found.get(2).passage().document());
    Passage last = found.get(3).passage();
    assertEquals(last.id(), last.document());
    assertEquals(32, last.id().length());
    assertEquals(List.of(0, 1, ""), List.of(last.from(), last.to(), last.title()));
    assertEquals(found, passages(file, web, stored, bare));
    assertEquals(4, found.stream().map(f -> f.passage().id()).distinct().count());
  }

  @Test
  void scoresAreKeptWhereAllHaveOne() {
    Content reranked =
        content(
            "a", Map.of(), Map.of(ContentMetadata.SCORE, 0.1, ContentMetadata.RERANKED_SCORE, 7));
    Content scored = content("b", Map.of(), Map.of(ContentMetadata.SCORE, 0.5));
    Content unscored = content("c", Map.of(), Map.of());
    assertEquals(List.of(7.0, 0.5), passages(reranked, scored).stream().map(Found::score).toList());
    assertEquals(
        List.of(1.0, 1.0 / 2, 1.0 / 3),
        passages(reranked, scored, unscored).stream().map(Found::score).toList());
    Content bad = content("d", Map.of(), Map.of(ContentMetadata.SCORE, Double.NaN));
    assertEquals(List.of(1.0), passages(bad).stream().map(Found::score).toList());
    assertEquals(List.of(), passages());
  }

  /** Stores give numbers back as they like, and texts that no passage of ours holds. */
  @Test
  void oddSegmentsAreMadeWhole() {
    assertPlace(12, 30, "12", 30.0);
    assertPlace(12, 30, 12L, "30.0");
    assertPlace(0, 4, 30, 12);
    assertPlace(0, 4, -1, "x");
    assertPlace(7, 11, 7, "1e99");
    assertPlace(0, 4, "NaN", 2.5);
    Passage halves =
        passages(content("a\ud800b", Map.of("k\udc00", "\udc00v"), Map.of())).get(0).passage();
    assertEquals("a\ufffdb", halves.text());
    assertEquals(Map.of("k\ufffd", "\ufffdv"), halves.metadata());
    assertFalse(
        passages(content("x", Map.of("passage", " "), Map.of())).get(0).passage().id().isBlank());
    ContentRetrieverPassages none = new ContentRetrieverPassages(query -> List.of());
    assertThrows(IllegalArgumentException.class, () -> none.apply(" "));
  }

  private static void assertPlace(int from, int to, Object theirFrom, Object theirTo) {
    Passage passage =
        passages(content("text", Map.of("from", theirFrom, "to", theirTo), Map.of()))
            .get(0)
            .passage();
    assertEquals(List.of(from, to), List.of(passage.from(), passage.to()));
  }
}

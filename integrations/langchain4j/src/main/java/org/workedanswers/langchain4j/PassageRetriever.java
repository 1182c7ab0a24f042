package org.workedanswers.langchain4j;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.workedanswers.rag.store.Found;

/**
 * rag's retrieval as LangChain4j's {@link ContentRetriever}, for its AI services and its retrieval
 * augmentor.
 *
 * <p>A content's text is the passage's text. Its metadata hold the passage's id, document, title
 * and place as {@code passage}, {@code document}, {@code title}, {@code from} and {@code to}, and
 * the passage's own metadata; a key of these that is one of the five, is blank or begins with
 * {@code metadata_} gets {@code metadata_} put ahead. The score is {@link ContentMetadata#SCORE},
 * and {@link ContentMetadata#EMBEDDING_ID} is the passage's id. A score is comparable within one
 * answer only; it need not lie in 0..1.
 *
 * <p>It blocks; LangChain4j's augmentor runs it on threads of its own where asked to.
 */
public final class PassageRetriever implements ContentRetriever {
  private final Function<String, List<Found>> search;

  /**
   * A retriever over a search.
   *
   * @param search from a question to its passages, the best first
   */
  public PassageRetriever(Function<String, List<Found>> search) {
    this.search = search;
  }

  @Override
  public List<Content> retrieve(Query query) {
    return search.apply(query.text()).stream().map(PassageRetriever::content).toList();
  }

  private static Content content(Found found) {
    return Content.from(
        PassageSegments.segment(found.passage()),
        Map.of(
            ContentMetadata.SCORE, found.score(),
            ContentMetadata.EMBEDDING_ID, found.passage().id()));
  }
}

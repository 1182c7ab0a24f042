package org.workedanswers.langchain4j;

import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.ContentMetadata;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;

/**
 * Any {@link ContentRetriever} of LangChain4j, a search engine or a database, as a ranking of
 * passages that ours can be fused with.
 *
 * <p>The order is the retriever's. The score is its score after reranking, else its score; where
 * one of the contents has neither, the i-th best of all has 1 / i. A passage's id is the one that
 * {@link PassageRetriever} gave it, else the embedding's id, else a fingerprint of text and
 * metadata, so it is the same the next time. Of two contents with one id the first stays.
 *
 * <p>What a document is, only its name says (metadata {@code document}, {@code file_name} or {@code
 * url}); nothing is known of passages that were not found.
 */
public final class ContentRetrieverPassages implements Function<String, List<Found>> {
  private final ContentRetriever retriever;

  /** A ranking by this retriever; how many it finds is its own setting. */
  public ContentRetrieverPassages(ContentRetriever retriever) {
    this.retriever = retriever;
  }

  /**
   * The retriever's passages for a question, the best first.
   *
   * @throws IllegalArgumentException if the question is blank
   */
  @Override
  public List<Found> apply(String question) {
    Check.that(!question.isBlank(), "the question is blank: there is nothing to look for");
    List<Content> contents = retriever.retrieve(Query.from(question));
    boolean scored = contents.stream().noneMatch(c -> Double.isNaN(score(c)));
    List<Found> found = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Content content : contents) {
      Object id = content.metadata().get(ContentMetadata.EMBEDDING_ID);
      Passage passage =
          PassageSegments.passage(content.textSegment(), id == null ? null : id.toString());
      if (ids.add(passage.id())) {
        found.add(new Found(passage, scored ? score(content) : 1.0 / (found.size() + 1)));
      }
    }
    return List.copyOf(found);
  }

  /** NaN where there is none. */
  private static double score(Content content) {
    Map<ContentMetadata, Object> metadata = content.metadata();
    Object score =
        metadata.getOrDefault(ContentMetadata.RERANKED_SCORE, metadata.get(ContentMetadata.SCORE));
    return score instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}

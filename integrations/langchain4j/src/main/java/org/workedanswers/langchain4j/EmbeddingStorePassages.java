package org.workedanswers.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.workedanswers.core.Check;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;

/**
 * Any {@link EmbeddingStore} of LangChain4j (Pinecone, Weaviate, Chroma, ...) as a ranking of
 * passages by meaning, and a place to put passages.
 *
 * <p>It is less than a {@code PassageStore}, since an embedding store promises less:
 *
 * <ul>
 *   <li>It does not search by words.
 *   <li>A document is not taken in or out as one: a search at the same time may see some of its
 *       passages, and a crash may leave some. Put it once more then.
 *   <li>It can't list its documents: what was put, and with which fingerprint, is remembered
 *       elsewhere or not at all.
 *   <li>A filter is the store's work. What it lets through against the filter is dropped here, so
 *       from one that knows no filters, as Weaviate's, fewer come than there are; what it holds
 *       back against it is not seen, as by a {@code Not} passages without the key.
 *   <li>A store may show what was put only after a while.
 * </ul>
 *
 * <p>Scores are the store's, in LangChain4j mostly (1 + cosine) / 2. An embedding without its text
 * is passed over. A failure of the store or the model reaches the caller as it is.
 */
public final class EmbeddingStorePassages implements Function<String, List<Found>> {
  /**
   * The keys that a passage's id, document, title and place stand under in a segment's metadata,
   * for stores that must be told; the passage's own keys come beside them.
   */
  public static final List<String> METADATA_KEYS =
      List.of(
          PassageSegments.PASSAGE,
          PassageSegments.DOCUMENT,
          PassageSegments.TITLE,
          PassageSegments.FROM,
          PassageSegments.TO);

  private static final int BATCH = 100;

  private final EmbeddingStore<TextSegment> store;
  private final EmbeddingModel model;
  private final int depth;

  /**
   * A ranking over a store.
   *
   * @param model the model that the store's embeddings are from
   * @param depth how many passages {@link #apply} finds at most
   * @throws IllegalArgumentException if {@code depth < 1}
   */
  public EmbeddingStorePassages(
      EmbeddingStore<TextSegment> store, EmbeddingModel model, int depth) {
    this.store = store;
    this.model = model;
    this.depth = Check.positive("depth", depth);
  }

  /**
   * The passages nearest to a question, the best first.
   *
   * @throws IllegalArgumentException if the question is blank
   */
  @Override
  public List<Found> apply(String question) {
    return search(question, depth, MetadataFilter.ALL);
  }

  /**
   * The k passages nearest to a question that a filter lets through.
   *
   * @throws IllegalArgumentException if the question is blank or {@code k < 1}
   */
  public List<Found> search(String question, int k, MetadataFilter filter) {
    Check.that(!question.isBlank(), "the question is blank: there is nothing to embed");
    Check.positive("k", k);
    MetadataFilters theirs = MetadataFilters.of(filter);
    if (theirs.nothing()) {
      return List.of();
    }
    EmbeddingSearchRequest request =
        EmbeddingSearchRequest.builder()
            .query(question)
            .queryEmbedding(model.embed(question).content())
            .maxResults(k)
            .minScore(0.0)
            .filter(theirs.filter().orElse(null))
            .build();
    List<Found> found = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (EmbeddingMatch<TextSegment> match : store.search(request).matches()) {
      if (match.embedded() != null) {
        Passage passage = PassageSegments.passage(match.embedded(), match.embeddingId());
        if (filter.test(passage.metadata()) && ids.add(passage.id())) {
          found.add(new Found(passage, match.score()));
        }
      }
    }
    return List.copyOf(found);
  }

  /**
   * Puts a document's passages into the store with the embeddings that they come with. A passage's
   * id there is its own in the form of a UUID, so most stores replace it when it is put again;
   * passages that its document has no more are for {@link #remove}.
   *
   * @param entry embedded by the model of this ranking
   */
  public void put(Entry entry) {
    List<Passage> passages = entry.passages();
    for (int from = 0; from < passages.size(); from += BATCH) {
      List<String> ids = new ArrayList<>();
      List<Embedding> embeddings = new ArrayList<>();
      List<TextSegment> segments = new ArrayList<>();
      for (int i = from; i < Math.min(from + BATCH, passages.size()); i++) {
        ids.add(PassageSegments.embeddingId(passages.get(i).id()));
        embeddings.add(Embedding.from(entry.embeddings().row(i)));
        segments.add(PassageSegments.segment(passages.get(i)));
      }
      store.addAll(ids, embeddings, segments);
    }
  }

  /** Takes passages that {@link #put} put there out of the store. */
  public void remove(Collection<Passage> passages) {
    if (!passages.isEmpty()) {
      store.removeAll(
          passages.stream().map(p -> PassageSegments.embeddingId(p.id())).distinct().toList());
    }
  }
}

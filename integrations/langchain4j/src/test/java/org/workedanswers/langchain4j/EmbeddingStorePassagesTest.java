package org.workedanswers.langchain4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.EmbeddingSearchResult;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.Loop;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.WordAnalyzer;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.MetadataFilter;
import org.workedanswers.rag.store.Passage;

/** LangChain4j's store in memory, held against ours. */
class EmbeddingStorePassagesTest {
  private static final int D = 8;

  /** A text's vector is drawn with its hash as the seed. */
  private static final class Drawn implements EmbeddingModel {
    @Override
    public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
      return Response.from(segments.stream().map(s -> Embedding.from(vector(s.text()))).toList());
    }

    @Override
    public int dimension() {
      return D;
    }

    private static float[] vector(String text) {
      return new SeededRandom(text.hashCode()).gaussian(1, D, 1).row(0);
    }
  }

  private static Entry entry(String document, int passages, SeededRandom random) {
    List<Passage> list = new ArrayList<>();
    Matrix embeddings = Matrix.zeros(passages, D);
    for (int i = 0; i < passages; i++) {
      String text = document + " says " + i;
      Map<String, String> metadata = new HashMap<>();
      metadata.put("title", random.below(2) == 0 ? "odd" : "even");
      metadata.put("kind", List.of("a", "b", "c").get(random.below(3)));
      if (random.below(3) > 0) {
        metadata.put("rare", "yes");
      }
      list.add(
          new Passage(
              Passage.id(document, "", text, 0), document, i, i + 1, "T" + i, text, metadata));
      System.arraycopy(Drawn.vector(text), 0, embeddings.data(), i * D, D);
    }
    return new Entry(document, "f", list, embeddings);
  }

  private static MetadataFilter filter(int depth, SeededRandom random) {
    int kind = random.below(depth == 0 ? 2 : 5);
    List<MetadataFilter> parts = new ArrayList<>();
    for (int i = random.below(3); kind > 2 && i > 0; i--) {
      parts.add(filter(depth - 1, random));
    }
    return switch (kind) {
      case 0 ->
          new MetadataFilter.In(
              List.of("kind", "title", "rare", "none").get(random.below(4)),
              Set.of("a", "odd", "yes"));
      case 1 -> new MetadataFilter.In("kind", random.below(2) == 0 ? Set.of() : Set.of("b", "c"));
      case 2 -> new MetadataFilter.Not(filter(depth - 1, random));
      case 3 -> new MetadataFilter.And(parts);
      default -> new MetadataFilter.Or(parts);
    };
  }

  @Test
  void theSamePassagesAsOurStoreFindsByAnyFilter() {
    SeededRandom random = new SeededRandom(11);
    InMemoryEmbeddingStore<TextSegment> theirs = new InMemoryEmbeddingStore<>();
    EmbeddingStorePassages passages = new EmbeddingStorePassages(theirs, new Drawn(), 5);
    try (MemoryStore ours =
        new MemoryStore(
            PlainKernels.PLAIN, Loop.sequential(), D, new WordAnalyzer(), Bm25.Settings.STANDARD)) {
      for (int i = 0; i < 5; i++) {
        Entry entry = entry("d" + i, new int[] {0, 1, 7, 130, 30}[i], random);
        ours.put(entry);
        passages.put(entry);
      }
      int someFound = 0;
      for (int i = 0; i < 80; i++) {
        MetadataFilter filter = i == 0 ? MetadataFilter.ALL : filter(3, random);
        String question = "question " + i;
        int k = 1 + random.below(20);
        MetadataFilters theirsToo = MetadataFilters.of(filter);
        for (Passage p : ours.passages("d3")) {
          Metadata metadata = PassageSegments.segment(p).metadata();
          assertEquals(
              filter.test(p.metadata()),
              theirsToo.all() || theirsToo.filter().map(f -> f.test(metadata)).orElse(false),
              filter.toString());
        }
        List<Found> expected = ours.byMeaning(Drawn.vector(question), k, filter);
        List<Found> found = passages.search(question, k, filter);
        someFound += found.isEmpty() ? 0 : 1;
        assertEquals(
            expected.stream().map(Found::passage).toList(),
            found.stream().map(Found::passage).toList(),
            filter.toString());
        for (int j = 0; j < found.size(); j++) {
          assertEquals((1 + expected.get(j).score()) / 2, found.get(j).score(), 1e-6);
        }
        assertEquals(passages.search(question, 5, MetadataFilter.ALL), passages.apply(question));
      }
      assertTrue(someFound > 20, "most filters let some passages through");
    }
  }

  @Test
  void whatIsPutAgainIsReplacedAndWhatIsRemovedIsGone() {
    InMemoryEmbeddingStore<TextSegment> theirs = new InMemoryEmbeddingStore<>();
    EmbeddingStorePassages passages = new EmbeddingStorePassages(theirs, new Drawn(), 100);
    Entry entry = entry("d", 7, new SeededRandom(1));
    passages.put(entry);
    List<Found> before = passages.apply("q");
    assertEquals(7, before.size());
    passages.remove(entry.passages());
    assertEquals(List.of(), passages.apply("q"));
    passages.put(entry);
    passages.remove(entry.passages().subList(0, 3));
    passages.remove(List.of());
    assertEquals(
        Set.copyOf(entry.passages().subList(3, 7)),
        Set.copyOf(passages.apply("q").stream().map(Found::passage).toList()));
  }

  /** Weaviate's is such a store. */
  @Test
  void aStoreThatKnowsNoFiltersFindsFewerAndNoneTooMany() {
    InMemoryEmbeddingStore<TextSegment> theirs =
        new InMemoryEmbeddingStore<>() {
          @Override
          public EmbeddingSearchResult<TextSegment> search(EmbeddingSearchRequest request) {
            return super.search(
                EmbeddingSearchRequest.builder()
                    .queryEmbedding(request.queryEmbedding())
                    .maxResults(request.maxResults())
                    .build());
          }
        };
    EmbeddingStorePassages passages = new EmbeddingStorePassages(theirs, new Drawn(), 5);
    Entry entry = entry("d", 60, new SeededRandom(2));
    passages.put(entry);
    MetadataFilter filter = MetadataFilter.equal("kind", "a");
    assertEquals(
        Set.copyOf(
            entry.passages().stream().filter(p -> p.metadata().get("kind").equals("a")).toList()),
        Set.copyOf(passages.search("q", 60, filter).stream().map(Found::passage).toList()));
  }

  /** Weaviate and others take UUIDs alone. */
  @Test
  void embeddingIdsAreUuids() {
    String fingerprint = Passage.id("d", "", "text", 0);
    String id = PassageSegments.embeddingId(fingerprint);
    assertEquals(fingerprint, UUID.fromString(id).toString().replace("-", ""));
    assertEquals(id, UUID.fromString(id).toString());
    String other = PassageSegments.embeddingId("a name of one's own");
    assertEquals(other, UUID.fromString(other).toString());
    assertEquals(other, PassageSegments.embeddingId("a name of one's own"));
  }

  @Test
  void whatOthersStoredIsFoundToo() {
    InMemoryEmbeddingStore<TextSegment> theirs = new InMemoryEmbeddingStore<>();
    Embedding embedding = Embedding.from(Drawn.vector("x"));
    theirs.add("bare", embedding); // no text: nothing to show
    String id =
        theirs.add(embedding, TextSegment.from("text", Metadata.from("file_name", "f.txt")));
    List<Found> found = new EmbeddingStorePassages(theirs, new Drawn(), 9).apply("x");
    assertEquals(1, found.size());
    assertEquals(
        new Passage(id, "f.txt", 0, 4, "", "text", Map.of("file_name", "f.txt")),
        found.get(0).passage());
    assertEquals(1, found.get(0).score(), 1e-6);
  }

  @Test
  void badInputIsNamed() {
    InMemoryEmbeddingStore<TextSegment> theirs = new InMemoryEmbeddingStore<>();
    EmbeddingStorePassages passages = new EmbeddingStorePassages(theirs, new Drawn(), 1);
    assertThrows(IllegalArgumentException.class, () -> passages.apply(" "));
    assertThrows(IllegalArgumentException.class, () -> passages.search("q", 0, MetadataFilter.ALL));
    assertThrows(
        IllegalArgumentException.class, () -> new EmbeddingStorePassages(theirs, new Drawn(), 0));
  }
}

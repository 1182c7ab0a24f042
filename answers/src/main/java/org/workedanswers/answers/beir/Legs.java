package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Bm25Retriever;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.Hit;

/** The two ways to search a collection's texts, or parts of them. */
final class Legs {
  /** A way to search texts for some of the collection's queries: a hit is a text's place. */
  @FunctionalInterface
  interface Leg {
    /** The first k for each of the queries, which are places too. */
    List<List<Hit>> search(int[] queries, int k);
  }

  private final Workbench bench;
  private final BeirCollection collection;
  private final Bm25.Settings bm25;
  private final String model;
  private final Embedder embedder;
  private final EmbeddingCache cache;

  /**
   * Legs over a collection.
   *
   * @param model what tells the embedding model and its settings from another
   */
  Legs(
      Workbench bench,
      BeirCollection collection,
      Bm25.Settings bm25,
      String model,
      Embedder embedder,
      EmbeddingCache cache) {
    this.bench = bench;
    this.collection = collection;
    this.bm25 = bm25;
    this.model = model;
    this.embedder = embedder;
    this.cache = cache;
  }

  /** By BM25. */
  Leg byWords(List<String> texts) {
    Bm25Retriever words = Bm25Retriever.of(new EnglishAnalyzer(), texts, bm25);
    return (queries, k) -> words.search(of(collection.queries(), queries), k);
  }

  /**
   * By the cosine. Texts and queries without a word have no meaning either: they are not embedded,
   * and not found.
   *
   * @param what the texts are called where progress is shown
   */
  Leg byMeaning(List<String> texts, String what) {
    int[] filled = IntStream.range(0, texts.size()).filter(i -> isFilled(texts, i)).toArray();
    if (filled.length == 0) {
      return (queries, k) -> Collections.nCopies(queries.length, List.of());
    }
    Progress progress = Progress.of(what + " embedded", filled.length);
    Matrix embeddings = cache.embed(model, embedder, of(texts, filled), progress::at);
    DenseIndex index =
        new DenseIndex(bench.kernels(), bench.loop(), embeddings, DenseIndex.Similarity.COSINE);
    return (queries, k) -> {
      List<List<Hit>> found = new ArrayList<>(Collections.nCopies(queries.length, List.of()));
      int[] asked =
          IntStream.range(0, queries.length)
              .filter(i -> isFilled(collection.queries(), queries[i]))
              .toArray();
      if (asked.length > 0) {
        int[] places = IntStream.of(asked).map(i -> queries[i]).toArray();
        List<List<Hit>> hits = index.search(embedder.embed(of(collection.queries(), places)), k);
        for (int i = 0; i < asked.length; i++) {
          found.set(
              asked[i],
              hits.get(i).stream().map(h -> new Hit(filled[h.document()], h.score())).toList());
        }
      }
      return found;
    };
  }

  private static boolean isFilled(List<String> texts, int place) {
    // As LangChain4j sees it, which counts control characters as blank.
    return !texts.get(place).trim().isEmpty();
  }

  private static List<String> of(List<String> texts, int[] places) {
    return IntStream.of(places).mapToObj(texts::get).toList();
  }
}

package org.workedanswers.rag;

import java.util.ArrayList;
import java.util.List;

/**
 * Retrieval by words: {@link Bm25}, plain or fast, behind an analyzer.
 *
 * @param analyzer the one that the documents were indexed with
 * @param bm25 the index and its settings
 */
public record Bm25Retriever(Analyzer analyzer, TermSearch bm25) implements Retriever {
  /** Indexes texts; the first is document 0. */
  public static Bm25Retriever of(Analyzer analyzer, List<String> texts, Bm25.Settings settings) {
    return new Bm25Retriever(analyzer, new Bm25(InvertedIndex.of(analyzer, texts), settings));
  }

  @Override
  public List<List<Hit>> search(List<String> queries, int k) {
    List<List<Hit>> found = new ArrayList<>(queries.size());
    for (String query : queries) {
      found.add(bm25.search(analyzer.terms(query), k));
    }
    return found;
  }
}

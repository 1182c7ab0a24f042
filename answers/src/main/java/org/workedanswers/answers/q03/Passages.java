package org.workedanswers.answers.q03;

import java.util.ArrayList;
import java.util.List;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Analyzer;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Bm25Retriever;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.WordAnalyzer;

/**
 * A small knowledge base: passages with their embeddings, searched by the cosine. One more passage
 * is one more row; nothing else changes.
 */
final class Passages {
  private final Workbench bench;
  private final Embedder embedder;
  private final List<String> texts;
  private final Matrix embeddings;

  private Passages(Workbench bench, Embedder embedder, List<String> texts, Matrix embeddings) {
    this.bench = bench;
    this.embedder = embedder;
    this.texts = texts;
    this.embeddings = embeddings;
  }

  /** Embeds the passages. */
  static Passages of(Workbench bench, Embedder embedder, List<String> texts) {
    return new Passages(bench, embedder, List.copyOf(texts), embedder.embed(texts));
  }

  /** These and one more, which is all that is embedded. */
  Passages with(String text) {
    List<String> more = new ArrayList<>(texts);
    more.add(text);
    Matrix rows = Matrix.zeros(more.size(), embeddings.cols());
    rows.rows(0, texts.size()).set(embeddings);
    rows.rows(texts.size(), more.size()).set(embedder.embed(List.of(text)));
    return new Passages(bench, embedder, List.copyOf(more), rows);
  }

  /** The k passages closest to a question, the best first. */
  List<Hit> search(String question, int k) {
    DenseIndex index =
        new DenseIndex(bench.kernels(), bench.loop(), embeddings, DenseIndex.Similarity.COSINE);
    return index.search(embedder.embed(List.of(question)), k).get(0);
  }

  /** The same by words, with BM25. */
  List<Hit> searchWords(String question, int k) {
    Analyzer analyzer = new WordAnalyzer(WordAnalyzer.ENGLISH_STOP_WORDS);
    return Bm25Retriever.of(analyzer, texts, Bm25.Settings.STANDARD).search(question, k);
  }

  /** The text of a passage. */
  String text(int passage) {
    return texts.get(passage);
  }

  /** How many there are. */
  int size() {
    return texts.size();
  }

  /** What is searched [passages x 384]. */
  Matrix embeddings() {
    return embeddings;
  }
}

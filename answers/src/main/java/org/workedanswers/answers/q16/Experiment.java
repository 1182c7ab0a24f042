package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.workedanswers.answers.MiniLm;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.Workbench;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Analyzer;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.InvertedIndex;
import org.workedanswers.rag.WordAnalyzer;

/**
 * A collection, made ready for both ways to search it: an inverted index of its words, and
 * embeddings of its documents and queries by all-MiniLM-L6-v2.
 *
 * @param collection documents, queries and answers
 * @param bm25 over the definitions, standard settings, exact lengths
 * @param documents the definitions' embeddings [documents x 384]
 * @param queries the queries' embeddings [queries x 384]
 * @param seconds how long the embedding took
 */
record Experiment(
    ReverseDictionary collection, Bm25 bm25, Matrix documents, Matrix queries, double seconds) {
  /** How many definitions are drawn where no number is named. */
  static final int DOCUMENTS = 2_500;

  /** How many documents each leg hands to the fusion where no number is named. */
  static final int DEPTH = 100;

  /** Words in lower case, without English stop words; not stemmed. */
  static final Analyzer ANALYZER = new WordAnalyzer(WordAnalyzer.ENGLISH_STOP_WORDS);

  /** Texts that are embedded between two lines of progress. */
  private static final int CHUNK = 1024;

  /** What was embedded last, two parts at most: the working may ask for another than the claim. */
  private static final Map<List<Long>, Experiment> LAST = new HashMap<>();

  /** What both ways find for every query, the best first. */
  record Rankings(List<List<Hit>> words, List<List<Hit>> meaning) {}

  /** The part of WordNet that a workbench's seed draws, with its embeddings. */
  static Experiment of(Workbench bench, int documents) {
    synchronized (LAST) {
      List<Long> key = List.of(bench.seed(), (long) documents);
      Experiment found = LAST.get(key);
      if (found == null) {
        found = of(bench, ReverseDictionary.sample(documents, bench.random("q16.sample")));
        if (LAST.size() > 1) {
          LAST.clear();
        }
        LAST.put(key, found);
      }
      return found;
    }
  }

  /** A collection with its embeddings. */
  static Experiment of(Workbench bench, ReverseDictionary collection) {
    Check.that(
        !collection.queries().isEmpty(),
        "none of the %d definitions drawn has an example to ask with: draw more",
        collection.meanings().size());
    Bm25 bm25 =
        new Bm25(InvertedIndex.of(ANALYZER, collection.definitions()), Bm25.Settings.STANDARD);
    long start = System.nanoTime();
    List<String> texts = new ArrayList<>(collection.definitions());
    texts.addAll(collection.questions());
    Matrix all = embed(MiniLm.model().sentences(bench.kernels(), bench.loop()), texts);
    int n = collection.meanings().size();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Experiment(collection, bm25, all.rows(0, n), all.rows(n, all.rows()), seconds);
  }

  private static Matrix embed(Embedder embedder, List<String> texts) {
    Matrix all = Matrix.zeros(texts.size(), embedder.dimension());
    Progress progress = Progress.of("embedding texts", texts.size());
    for (int from = 0; from < texts.size(); from += CHUNK) {
      int to = Math.min(from + CHUNK, texts.size());
      all.rows(from, to).set(embedder.embed(texts.subList(from, to)));
      progress.at(to);
    }
    return all;
  }

  /** Search among the definitions' embeddings by the cosine. */
  DenseIndex dense(Workbench bench) {
    return new DenseIndex(bench.kernels(), bench.loop(), documents, DenseIndex.Similarity.COSINE);
  }

  /** Asks both ways for every query's {@code depth} best documents. */
  Rankings rank(Workbench bench, int depth) {
    Check.positive("depth", depth);
    List<List<Hit>> words = new ArrayList<>();
    for (ReverseDictionary.Query query : collection.queries()) {
      words.add(bm25.search(ANALYZER.terms(query.text()), depth));
    }
    return new Rankings(words, dense(bench).search(queries, depth));
  }

  /** The words, stop words not counted, that a query has in common with one of its answers. */
  Set<String> shared(ReverseDictionary.Query query) {
    Set<String> answers = new HashSet<>();
    for (int d : query.grades().keySet()) {
      answers.addAll(ANALYZER.terms(collection.meanings().get(d).definition()));
    }
    answers.retainAll(ANALYZER.terms(query.text()));
    return answers;
  }
}

package org.workedanswers.answers.q16;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.RankingMetrics;

/**
 * A small part of question 16's collection, for who compares embedders: WordNet's definitions, and
 * its usage examples with their word masked, whose definitions are to be found.
 */
public final class RetrievalTask {
  private final ReverseDictionary collection;

  private RetrievalTask(ReverseDictionary collection) {
    this.collection = collection;
  }

  /**
   * The part that a seed draws: definitions that have an example, and their examples.
   *
   * @param queries how many examples are asked with, at most
   * @throws IllegalArgumentException if {@code queries < 1}
   */
  public static RetrievalTask of(SeededRandom random, int queries) {
    Check.range("queries", queries, 1, 5_000);
    ReverseDictionary drawn = ReverseDictionary.sample(10 * queries, random);
    List<WordNet.Synset> meanings = new ArrayList<>();
    Map<Integer, Integer> numbers = new HashMap<>(); // by number in what was drawn
    List<ReverseDictionary.Query> asked = new ArrayList<>();
    for (ReverseDictionary.Query query :
        drawn.queries().subList(0, Math.min(queries, drawn.queries().size()))) {
      Map<Integer, Integer> grades = new TreeMap<>();
      query
          .grades()
          .forEach(
              (document, grade) -> {
                Integer number = numbers.get(document);
                if (number == null) {
                  number = meanings.size();
                  numbers.put(document, number);
                  meanings.add(drawn.meanings().get(document));
                }
                grades.put(number, grade);
              });
      asked.add(new ReverseDictionary.Query(query.text(), query.example(), query.words(), grades));
    }
    return new RetrievalTask(new ReverseDictionary(List.copyOf(meanings), List.copyOf(asked)));
  }

  /** How many documents there are. */
  public int documents() {
    return collection.meanings().size();
  }

  /** How many queries there are. */
  public int queries() {
    return collection.queries().size();
  }

  /** All texts: documents, then queries. */
  public List<String> texts() {
    List<String> texts = new ArrayList<>(collection.definitions());
    texts.addAll(collection.questions());
    return texts;
  }

  /** nDCG@10 of the cosines of an embedder's vectors, one a query. */
  public double[] ndcg(Workbench bench, Embedder embedder) {
    Matrix all = embedder.embed(texts());
    DenseIndex index =
        new DenseIndex(
            bench.kernels(), bench.loop(), all.rows(0, documents()), DenseIndex.Similarity.COSINE);
    List<List<Hit>> found = index.search(all.rows(documents(), all.rows()), Scores.CUTOFF);
    double[] scores = new double[found.size()];
    for (int q = 0; q < scores.length; q++) {
      scores[q] =
          RankingMetrics.ndcg(found.get(q), collection.queries().get(q).grades(), Scores.CUTOFF);
    }
    return scores;
  }
}

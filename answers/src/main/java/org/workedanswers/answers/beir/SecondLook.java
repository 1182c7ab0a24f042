package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.answers.Progress;
import org.workedanswers.core.Kernels;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.search.LateInteraction;
import org.workedanswers.rag.search.Reranker;
import org.workedanswers.rag.search.TokenEmbedder;
import org.workedanswers.rag.store.Passage;

/**
 * Reranks the first candidates of every query. Scores are kept in the cache as embeddings are, so
 * that a second run has them and a killed one goes on.
 */
final class SecondLook {
  private final BeirCollection collection;
  private final EmbeddingCache cache;
  private final List<List<Hit>> candidates = new ArrayList<>(); // a query each

  SecondLook(
      BeirCollection collection, EmbeddingCache cache, List<List<Hit>> ranking, int candidates) {
    this.collection = collection;
    this.cache = cache;
    ranking.forEach(
        hits -> this.candidates.add(hits.subList(0, Math.min(candidates, hits.size()))));
  }

  /** What is kept is of this model, these queries and these candidates. */
  private String key(String model) {
    StringBuilder key = new StringBuilder(model);
    collection.queries().forEach(q -> key.append('\n').append(q));
    candidates.forEach(
        hits -> {
          key.append('\n');
          hits.forEach(h -> key.append(' ').append(h.document()));
        });
    return key.toString();
  }

  /**
   * By late interaction: a document's tokens are computed once, for all queries that it is a
   * candidate of.
   */
  List<List<Hit>> lateInteraction(TokenEmbedder embedder, Kernels kernels) {
    Map<String, List<Integer>> askedBy = new LinkedHashMap<>(); // by the document's text
    for (int q = 0; q < candidates.size(); q++) {
      for (Hit hit : candidates.get(q)) {
        askedBy
            .computeIfAbsent(collection.texts().get(hit.document()), t -> new ArrayList<>())
            .add(q);
      }
    }
    List<Matrix> queries = embedder.tokens(collection.queries());
    Embedder scores =
        new Rows(
            queries.size(),
            texts -> {
              List<Matrix> tokens = embedder.tokens(texts);
              Matrix rows = Matrix.zeros(texts.size(), queries.size());
              for (int d = 0; d < texts.size(); d++) {
                for (int q : askedBy.get(texts.get(d))) {
                  rows.set(
                      d, q, (float) LateInteraction.score(kernels, queries.get(q), tokens.get(d)));
                }
              }
              return rows;
            });
    List<String> texts = List.copyOf(askedBy.keySet());
    Progress progress = Progress.of("documents reranked", texts.size());
    Matrix rows = cache.embed(key(embedder.name()), scores, texts, progress::at);
    Map<String, Integer> rowOf = new HashMap<>();
    for (int i = 0; i < texts.size(); i++) {
      rowOf.put(texts.get(i), i);
    }
    List<List<Hit>> reranked = new ArrayList<>();
    for (int q = 0; q < candidates.size(); q++) {
      List<Hit> scored = new ArrayList<>();
      for (Hit hit : candidates.get(q)) {
        int row = rowOf.get(collection.texts().get(hit.document()));
        scored.add(new Hit(hit.document(), rows.get(row, q)));
      }
      reranked.add(sorted(scored));
    }
    return reranked;
  }

  /** By a reranker, query by query. */
  List<List<Hit>> by(Reranker reranker) {
    int most = candidates.stream().mapToInt(List::size).max().orElse(0);
    if (most == 0) {
      return candidates;
    }
    Map<String, Integer> numbers = new HashMap<>();
    List<String> names = new ArrayList<>(); // queries may read the same
    for (int q = 0; q < candidates.size(); q++) {
      names.add(q + "\n" + collection.queries().get(q));
      numbers.put(names.get(q), q);
    }
    Embedder scores =
        new Rows(
            most,
            queries -> {
              Matrix rows = Matrix.zeros(queries.size(), most);
              for (int i = 0; i < queries.size(); i++) {
                int q = numbers.get(queries.get(i));
                List<Passage> passages =
                    candidates.get(q).stream().map(h -> passage(h.document())).toList();
                double[] s = reranker.scores(collection.queries().get(q), passages);
                for (int j = 0; j < s.length; j++) {
                  rows.set(i, j, (float) s[j]);
                }
              }
              return rows;
            });
    Progress progress = Progress.of("queries reranked", names.size());
    Matrix rows = cache.embed(key(reranker.name()), scores, names, progress::at);
    List<List<Hit>> reranked = new ArrayList<>();
    for (int q = 0; q < candidates.size(); q++) {
      List<Hit> scored = new ArrayList<>();
      for (int j = 0; j < candidates.get(q).size(); j++) {
        scored.add(new Hit(candidates.get(q).get(j).document(), rows.get(q, j)));
      }
      reranked.add(sorted(scored));
    }
    return reranked;
  }

  private Passage passage(int document) {
    String id = Integer.toString(document);
    return new Passage(id, id, 0, 0, "", collection.texts().get(document), Map.of());
  }

  /** Equal scores stay in the candidates' order. */
  private static List<Hit> sorted(List<Hit> scored) {
    scored.sort(Comparator.comparingDouble(h -> -h.score()));
    return scored;
  }

  /** What the cache takes for an embedder: a row of scores for each text. */
  private record Rows(int dimension, java.util.function.Function<List<String>, Matrix> rows)
      implements Embedder {
    @Override
    public Matrix embed(List<String> texts) {
      return rows.apply(texts);
    }
  }
}

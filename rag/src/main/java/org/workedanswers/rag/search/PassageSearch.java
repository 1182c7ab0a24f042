package org.workedanswers.rag.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.workedanswers.core.Check;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.ReciprocalRankFusion;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.SearchTrace.Candidate;
import org.workedanswers.rag.search.SearchTrace.Kind;
import org.workedanswers.rag.search.SearchTrace.Leg;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/**
 * Finds a question's passages in a store, step by step:
 *
 * <pre>
 *   question -> by words (BM25) and by meaning (cosine), each to its depth
 *            -> reciprocal rank fusion -> candidates, 100 say
 *            -> reranker, where there is one -> results, 5 say
 * </pre>
 *
 * A question may be asked in several wordings at once: every wording is searched for both ways, all
 * rankings are fused, and the reranker looks at the first wording.
 *
 * <p>Threads: any number, if the embedder and the reranker allow it.
 */
public final class PassageSearch {
  private final PassageStore store;
  private final Embedder embedder;
  private final Optional<Reranker> reranker;
  private final SearchSettings settings;
  private final StepObserver observer;

  /** A search that nobody observes. */
  public PassageSearch(
      PassageStore store, Embedder embedder, Optional<Reranker> reranker, SearchSettings settings) {
    this(store, embedder, reranker, settings, StepObserver.NONE);
  }

  /**
   * A search of a store.
   *
   * @param embedder what the store's embeddings were made with
   * @param reranker what looks at the candidates, if anything does
   * @param observer is told of the steps
   * @throws IllegalArgumentException if the embedder's dimension is not the store's
   */
  public PassageSearch(
      PassageStore store,
      Embedder embedder,
      Optional<Reranker> reranker,
      SearchSettings settings,
      StepObserver observer) {
    Check.that(
        embedder.dimension() == store.dimension(),
        "the embedder's vectors have %d numbers and the store's %d: both must come from one model",
        embedder.dimension(),
        store.dimension());
    this.store = store;
    this.embedder = embedder;
    this.reranker = reranker;
    this.settings = settings;
    this.observer = observer;
  }

  /** What this search was made with. */
  public SearchSettings settings() {
    return settings;
  }

  /** The best passages for a question, the best first; none where nothing is found. */
  public List<Found> passages(String question) {
    return trace(List.of(question)).results();
  }

  /** The same with what stands behind them. */
  public SearchTrace trace(String question) {
    return trace(List.of(question));
  }

  /**
   * The best passages for a question in several wordings, with what stands behind them.
   *
   * @param wordings the first is the question as it was asked
   * @throws IllegalArgumentException if there is none, or one is blank
   */
  public SearchTrace trace(List<String> wordings) {
    Check.that(!wordings.isEmpty(), "there is no question");
    // Control characters alone are blank to some embedding models.
    wordings.forEach(w -> Check.that(!w.trim().isEmpty(), "the question is blank"));
    return observer.during(
        Step.RETRIEVE,
        step -> {
          step.with(Step.INPUTS, wordings.size()).with(Step.LIMIT, settings.results());
          SearchTrace trace = search(wordings);
          told(step, trace.results());
          return trace;
        });
  }

  private SearchTrace search(List<String> wordings) {
    Matrix vectors = settings.meaningDepth() == 0 ? null : embed(wordings);
    List<Leg> legs = new ArrayList<>();
    for (int i = 0; i < wordings.size(); i++) {
      legs.addAll(legs(wordings.get(i), vectors == null ? null : vectors.row(i)));
    }
    List<Candidate> candidates =
        observer.during(
            Step.FUSE,
            step -> {
              List<Candidate> fused = fuse(legs);
              step.with(Step.INPUTS, legs.size()).with(Step.FOUND, fused.size());
              return fused;
            });
    List<Found> ranked = new ArrayList<>();
    for (Candidate c : candidates.subList(0, Math.min(settings.candidates(), candidates.size()))) {
      ranked.add(new Found(c.passage(), c.score()));
    }
    List<Found> reranked = List.of();
    if (reranker.isPresent() && !ranked.isEmpty()) {
      reranked = rerank(wordings.get(0), ranked);
      ranked = reranked;
    }
    List<Found> results = ranked.subList(0, Math.min(settings.results(), ranked.size()));
    return new SearchTrace(legs, candidates, reranked, results);
  }

  private Matrix embed(List<String> texts) {
    return observer.during(
        Step.EMBED,
        step -> {
          step.with(Step.MODEL, embedder.name()).with(Step.INPUTS, texts.size());
          return embedder.embed(texts);
        });
  }

  /** One wording's legs, by one request where the store can. */
  private List<Leg> legs(String query, float[] vector) {
    int words = settings.wordsDepth();
    int meaning = settings.meaningDepth();
    if (words > 0 && meaning > 0 && store.asksOnce()) {
      PassageStore.Both both =
          observer.during(
              Step.SEARCH_BOTH,
              step -> {
                step.with(Step.LIMIT, words + meaning);
                PassageStore.Both found =
                    store.both(query, words, vector, meaning, settings.filter());
                step.with(Step.FOUND, found.byWords().size() + found.byMeaning().size());
                return found;
              });
      return List.of(
          new Leg(query, Kind.WORDS, both.byWords()),
          new Leg(query, Kind.MEANING, both.byMeaning()));
    }
    List<Leg> legs = new ArrayList<>();
    if (words > 0) {
      legs.add(
          new Leg(
              query,
              Kind.WORDS,
              leg(Step.SEARCH_WORDS, words, k -> store.byWords(query, k, settings.filter()))));
    }
    if (meaning > 0) {
      legs.add(
          new Leg(
              query,
              Kind.MEANING,
              leg(
                  Step.SEARCH_MEANING,
                  meaning,
                  k -> store.byMeaning(vector, k, settings.filter()))));
    }
    return legs;
  }

  private List<Found> leg(
      Step kind, int depth, java.util.function.IntFunction<List<Found>> search) {
    return observer.during(
        kind,
        step -> {
          step.with(Step.LIMIT, depth);
          List<Found> found = search.apply(depth);
          told(step, found);
          return found;
        });
  }

  private static void told(StepObserver.Running step, List<Found> found) {
    step.with(Step.FOUND, found.size());
    if (!found.isEmpty()) {
      step.with(Step.BEST_SCORE, found.get(0).score());
    }
  }

  /** Equal scores come by the passages' ids, as everywhere. */
  private List<Candidate> fuse(List<Leg> legs) {
    Map<String, Passage> byId = new TreeMap<>();
    legs.forEach(leg -> leg.found().forEach(f -> byId.putIfAbsent(f.passage().id(), f.passage())));
    List<Passage> passages = List.copyOf(byId.values());
    Map<String, Integer> numbers = new TreeMap<>();
    byId.keySet().forEach(id -> numbers.put(id, numbers.size()));
    List<List<Hit>> rankings = new ArrayList<>();
    for (Leg leg : legs) {
      rankings.add(
          leg.found().stream()
              .map(f -> new Hit(numbers.get(f.passage().id()), f.score()))
              .toList());
    }
    return new ReciprocalRankFusion(settings.rrfK())
        .trace(rankings).stream()
            .map(f -> new Candidate(passages.get(f.hit().document()), f.hit().score(), f.ranks()))
            .toList();
  }

  /** Candidates of equal scores stay in the fusion's order. */
  private List<Found> rerank(String question, List<Found> candidates) {
    Reranker by = reranker.orElseThrow();
    List<Passage> passages = candidates.stream().map(Found::passage).toList();
    return observer.during(
        Step.RERANK,
        step -> {
          step.with(Step.MODEL, by.name()).with(Step.INPUTS, passages.size());
          double[] scores = by.scores(question, passages);
          Check.that(
              scores.length == passages.size(),
              "%s gave %d scores for %d passages",
              by.name(),
              scores.length,
              passages.size());
          List<Found> reranked = new ArrayList<>();
          for (int i = 0; i < scores.length; i++) {
            Check.that(!Double.isNaN(scores[i]), "%s gave passage %d the score NaN", by.name(), i);
            reranked.add(new Found(passages.get(i), scores[i]));
          }
          reranked.sort(Comparator.comparingDouble(f -> -f.score()));
          told(step, reranked);
          return reranked;
        });
  }
}

package org.workedanswers.answers.beir;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.workedanswers.answers.Progress;
import org.workedanswers.answers.RememberingEmbedder;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.glossary.EvidenceThreshold;
import org.workedanswers.core.Matrix;
import org.workedanswers.rag.Bm25;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.EnglishAnalyzer;
import org.workedanswers.rag.Hit;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchSettings;
import org.workedanswers.rag.store.Entry;
import org.workedanswers.rag.store.MemoryStore;
import org.workedanswers.rag.store.Passage;

/**
 * Queries answered from the first {@value #READ} documents of a ranking, by a quotation: once as
 * they were found, and once with all relevant documents taken out, so that what is left can't hold
 * the answer. Queries of which no relevant document is among the first are left out.
 *
 * @param held the evidence of each query as its documents were found
 * @param right whether the document quoted then is a relevant one
 * @param missing the evidence without the relevant documents
 */
record EvidenceTrial(List<Double> held, List<Boolean> right, List<Double> missing) {
  /** Nothing was tried. */
  static final EvidenceTrial NONE = new EvidenceTrial(List.of(), List.of(), List.of());

  /** Documents that are read for an answer. */
  static final int READ = 5;

  /**
   * How well a threshold tells one from the other.
   *
   * @param threshold the least evidence
   * @param answered share of the queries whose relevant documents are there
   * @param right share of these whose quotation is from a relevant document
   * @param declined share of the queries whose relevant documents are not there
   */
  record Shares(double threshold, double answered, double right, double declined) {}

  static EvidenceTrial of(
      Workbench bench, BeirCollection c, List<List<Hit>> ranking, Embedder embedder) {
    Embedder remembering = new RememberingEmbedder(embedder);
    EvidenceTrial trial =
        new EvidenceTrial(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Progress progress = Progress.of("queries answered", ranking.size());
    for (int q = 0; q < ranking.size(); q++) {
      Map<Integer, Integer> grades = c.grades().get(q);
      List<Integer> found =
          ranking.get(q).stream()
              .map(Hit::document)
              .filter(d -> !c.texts().get(d).isBlank())
              .toList();
      List<Integer> others =
          found.stream().filter(d -> grades.getOrDefault(d, 0) <= 0).limit(READ).toList();
      List<Integer> first = found.stream().limit(READ).toList();
      if (!others.isEmpty() && first.stream().anyMatch(d -> grades.getOrDefault(d, 0) > 0)) {
        Answer answer = answer(bench, remembering, c, c.queries().get(q), first);
        trial.held.add(answer.evidence());
        trial.right.add(
            !answer.statements().isEmpty() && grades.getOrDefault(cited(answer), 0) > 0);
        trial.missing.add(answer(bench, remembering, c, c.queries().get(q), others).evidence());
      }
      progress.at(q + 1);
    }
    return trial;
  }

  private static int cited(Answer answer) {
    int number = answer.statements().get(0).cited().get(0);
    return Integer.parseInt(answer.passages().get(number - 1).document());
  }

  /** All of the documents are read, so where their vectors lie does not matter. */
  private static Answer answer(
      Workbench bench, Embedder embedder, BeirCollection c, String query, List<Integer> documents) {
    try (MemoryStore store =
        new MemoryStore(
            bench.kernels(),
            bench.loop(),
            embedder.dimension(),
            new EnglishAnalyzer(),
            Bm25.Settings.STANDARD)) {
      for (int d : documents) {
        String id = Integer.toString(d);
        String text = c.texts().get(d);
        Passage passage = new Passage(id, id, 0, text.length(), "", text, Map.of());
        Matrix anywhere = Matrix.zeros(1, embedder.dimension());
        anywhere.set(0, 0, 1);
        store.put(new Entry(id, id, List.of(passage), anywhere));
      }
      SearchSettings all = SearchSettings.STANDARD.with(READ, READ);
      PassageSearch search = new PassageSearch(store, embedder, Optional.empty(), all);
      return new Answerer(
              search,
              store,
              embedder,
              Optional.empty(),
              new AnswerSettings(-1, 1, 0),
              StepObserver.NONE)
          .answer(query);
    }
  }

  /** What a threshold does on every second query, from the first or the second on. */
  Shares shares(double threshold, int half) {
    long answered = half(half).filter(i -> held.get(i) >= threshold).count();
    long cited = half(half).filter(i -> held.get(i) >= threshold && right.get(i)).count();
    return new Shares(
        threshold,
        EvidenceThreshold.answered(evidence(held, half), threshold),
        answered == 0 ? 0 : (double) cited / answered,
        1 - EvidenceThreshold.answered(evidence(missing, half), threshold));
  }

  /**
   * The threshold of the answers' own settings and the one that is best on the first half, both on
   * the second.
   */
  List<Shares> shares() {
    return held.size() < 2
        ? List.of()
        : List.of(shares(AnswerSettings.MEASURED_LEAST_EVIDENCE, 1), shares(best(0), 1));
  }

  /** The threshold that is best on one half. */
  double best(int half) {
    return EvidenceThreshold.best(evidence(held, half), evidence(missing, half));
  }

  private double[] evidence(List<Double> of, int half) {
    return half(half).mapToDouble(of::get).toArray();
  }

  private IntStream half(int which) {
    return IntStream.range(0, held.size()).filter(i -> i % 2 == which);
  }
}

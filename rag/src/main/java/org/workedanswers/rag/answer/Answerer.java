package org.workedanswers.rag.answer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.workedanswers.rag.Embedder;
import org.workedanswers.rag.observe.Step;
import org.workedanswers.rag.observe.StepObserver;
import org.workedanswers.rag.search.PassageSearch;
import org.workedanswers.rag.search.SearchTrace;
import org.workedanswers.rag.search.Surroundings;
import org.workedanswers.rag.store.Found;
import org.workedanswers.rag.store.Passage;
import org.workedanswers.rag.store.PassageStore;

/**
 * Answers questions from a store's passages, with citations.
 *
 * <pre>
 *   question -> passages -> evidence; is it thin?  "not in the documents"
 *            -> with a language model: prompt -> reply -> citations, checked
 *            -> without: the sentences that come closest to the question, quoted and cited
 * </pre>
 *
 * <p>What a passage says is data. Whatever it asks a language model to do, the instructions are
 * {@link Prompt#SYSTEM} and the passage stands behind quotation marks; that it tried is told in
 * {@link Answer#planted}, and a sentence that did is never quoted as an answer.
 *
 * <p>P. Lewis et al., <i>Retrieval-Augmented Generation for Knowledge-Intensive NLP Tasks</i>,
 * NeurIPS 2020.
 */
public final class Answerer {
  private final PassageStore store;
  private final PassageSearch search;
  private final Embedder embedder;
  private final Optional<LanguageModel> model;
  private final AnswerSettings settings;
  private final StepObserver observer;

  /**
   * Answers from a store.
   *
   * @param search finds the passages
   * @param store where it finds them
   * @param embedder tells how close sentences are
   * @param model writes the answers; without one they are quotations
   * @param observer is told of the steps
   */
  public Answerer(
      PassageSearch search,
      PassageStore store,
      Embedder embedder,
      Optional<LanguageModel> model,
      AnswerSettings settings,
      StepObserver observer) {
    this.search = search;
    this.store = store;
    this.embedder = embedder;
    this.model = model;
    this.settings = settings;
    this.observer = observer;
  }

  /**
   * Answers a question.
   *
   * @throws IllegalArgumentException if it is blank
   * @throws LanguageModelException if there is a model and it gives no reply
   */
  public Answer answer(String question) {
    return observer.during(Step.ANSWER, step -> answer(question, search.trace(question)));
  }

  private Answer answer(String question, SearchTrace trace) {
    List<Passage> passages = new ArrayList<>();
    for (Found found : trace.results()) {
      passages.add(
          settings.context() == 0
              ? found.passage()
              : Surroundings.of(store, found.passage(), settings.context()));
    }
    Evidence evidence =
        observer.during(
            Step.EMBED,
            step -> {
              step.with(Step.MODEL, embedder.name()).with(Step.INPUTS, passages.size());
              return Evidence.of(embedder, question, passages);
            });
    Draft draft = new Draft(question, passages, planted(passages), evidence.best(), trace);
    if (passages.isEmpty() || evidence.best() < settings.leastEvidence()) {
      return draft.answer(Answer.Kind.THIN, List.of());
    }
    return model.isPresent() ? written(draft, model.get()) : quoted(draft, evidence);
  }

  private static List<Integer> planted(List<Passage> passages) {
    List<Integer> planted = new ArrayList<>();
    for (int i = 0; i < passages.size(); i++) {
      if (!PlantedInstructions.in(passages.get(i).searched()).isEmpty()) {
        planted.add(i + 1);
      }
    }
    return planted;
  }

  private Answer written(Draft draft, LanguageModel by) {
    Prompt prompt = Prompt.of(draft.question(), draft.passages());
    LanguageModel.Reply reply =
        observer.during(
            Step.GENERATE,
            step -> {
              step.with(Step.MODEL, by.name());
              LanguageModel.Reply r = by.reply(prompt.system(), prompt.user());
              if (r.inputTokens() >= 0) {
                step.with(Step.INPUT_TOKENS, r.inputTokens());
              }
              if (r.outputTokens() >= 0) {
                step.with(Step.OUTPUT_TOKENS, r.outputTokens());
              }
              return r;
            });
    List<Statement> statements =
        isNotThere(reply.text()) ? List.of() : Citations.of(reply.text(), draft.passages());
    Answer.Kind kind = statements.isEmpty() ? Answer.Kind.NOT_THERE : Answer.Kind.WRITTEN;
    return draft.answer(
        kind, statements, Optional.of(prompt), Optional.of(by.name()), reply.isCutOff());
  }

  /** Whether a reply says that and nothing else, whatever signs stand around it. */
  private static boolean isNotThere(String reply) {
    String letters = reply.toUpperCase(Locale.ROOT).replaceAll("[^\\p{L} ]", "").strip();
    return letters.equals(Prompt.NOT_THERE);
  }

  /** The closest sentences, none twice, in the order of their passages. */
  private Answer quoted(Draft draft, Evidence evidence) {
    List<Evidence.Scored> best =
        evidence.sentences().stream()
            .filter(s -> !s.planted() && s.score() >= settings.leastEvidence())
            .filter(distinct())
            .limit(settings.quotes())
            .toList();
    if (best.isEmpty()) {
      return draft.answer(Answer.Kind.THIN, List.of());
    }
    List<Statement> statements = new ArrayList<>();
    for (Evidence.Scored s : best) {
      statements.add(new Statement(s.text(), List.of(s.passage()), List.of(), 1));
    }
    return draft.answer(Answer.Kind.QUOTED, statements);
  }

  private static Predicate<Evidence.Scored> distinct() {
    Set<String> seen = new HashSet<>();
    return s -> seen.add(s.text());
  }

  /** An answer without its statements. */
  private record Draft(
      String question,
      List<Passage> passages,
      List<Integer> planted,
      double evidence,
      SearchTrace trace) {
    Answer answer(Answer.Kind kind, List<Statement> statements) {
      return answer(kind, statements, Optional.empty(), Optional.empty(), false);
    }

    Answer answer(
        Answer.Kind kind,
        List<Statement> statements,
        Optional<Prompt> prompt,
        Optional<String> by,
        boolean isCutOff) {
      return new Answer(
          question, kind, statements, passages, planted, evidence, prompt, by, isCutOff, trace);
    }
  }
}

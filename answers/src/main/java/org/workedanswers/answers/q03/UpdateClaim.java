package org.workedanswers.answers.q03;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.workedanswers.answers.glossary.Glossary;
import org.workedanswers.answers.ledger.Claim;
import org.workedanswers.answers.ledger.Measured;
import org.workedanswers.answers.ledger.Rule;
import org.workedanswers.answers.ledger.Value;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.ingest.IngestReport;

/** Does one document more change what is answered, and nothing else? */
final class UpdateClaim {
  private static final String BEFORE = "cite it before it is there";
  private static final String AFTER = "cite it once it is there";
  private static final String EMBEDDED = "passages embedded for it";
  private static final String OTHERS = "other documents taken in again";

  private static final int EVERY = 3;

  private UpdateClaim() {}

  static Claim standard() {
    return of(true);
  }

  /**
   * The claim.
   *
   * @param adds whether the document is added; if it is not the check must fail
   */
  static Claim of(boolean adds) {
    return new Claim(
        "q3.update",
        "What is answered from documents is brought up to date by a document, without training.",
        "every third of WordNet's chemical elements in turn is left out of the documents and then added;"
            + " before and after, \"What is ...?\" is answered by the sentence that comes closest,"
            + " with its source",
        "share of questions; documents and passages a question",
        "new knowledge without training anew",
        Rule.within(
            Value.named(BEFORE, 0, AFTER, 0.75, EMBEDDED, 1, OTHERS, 0),
            Value.named(BEFORE, 0, AFTER, 1, EMBEDDED, 1, OTHERS, 0)),
        bench ->
            Glossary.with(bench, RetrievalAnswer.elements(), List.of(), g -> measure(g, adds)));
  }

  private static Measured measure(Glossary glossary, boolean adds) {
    Answerer answerer = glossary.answerer(AnswerSettings.MEASURED_LEAST_EVIDENCE);
    Map<String, String> all = Glossary.texts(glossary.held());
    int before = 0;
    int after = 0;
    int declined = 0;
    long embedded = 0;
    long others = 0;
    List<WordNet.Synset> asked =
        IntStream.range(0, glossary.held().size())
            .filter(i -> i % EVERY == 0)
            .mapToObj(glossary.held()::get)
            .toList();
    for (WordNet.Synset entry : asked) {
      Map<String, String> without = new LinkedHashMap<>(all);
      without.remove(entry.id());
      glossary.ingest(without);
      Answer old = answerer.answer(Glossary.question(entry));
      before += cites(old, entry) ? 1 : 0;
      declined += old.isDeclined() ? 1 : 0;
      IngestReport report = glossary.ingest(adds ? all : without);
      embedded += report.embedded();
      others += report.changed().size() + report.removed().size();
      after += cites(answerer.answer(Glossary.question(entry)), entry) ? 1 : 0;
    }
    double n = asked.size();
    return Measured.of(
        Value.named(
            BEFORE, before / n, AFTER, after / n, EMBEDDED, embedded / n, OTHERS, others / n),
        String.format(
            Locale.ROOT,
            "%.0f questions; before, %.3f are declined, the others answered from another element",
            n,
            declined / n),
        "the model's weights are the same throughout: nothing trains here");
  }

  private static boolean cites(Answer answer, WordNet.Synset entry) {
    return answer.statements().stream()
        .flatMap(s -> s.cited().stream())
        .anyMatch(n -> answer.passages().get(n - 1).document().equals(entry.id()));
  }
}

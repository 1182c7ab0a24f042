package org.workedanswers.rag.answer;

import java.util.List;
import java.util.Optional;
import org.workedanswers.rag.search.SearchTrace;
import org.workedanswers.rag.store.Passage;

/**
 * An answer to a question, and what it rests on.
 *
 * @param question as it was asked
 * @param kind where the statements come from
 * @param statements what it says, with citations of {@code passages} by their numbers from 1; empty
 *     where it was declined
 * @param passages what was read, numbered from 1
 * @param planted numbers of the passages with a sentence that speaks to a language model
 * @param evidence how close the documents come to the question; see {@link Evidence}
 * @param prompt what the language model was handed, if it was asked
 * @param model the language model's name, if it was asked
 * @param isCutOff whether the language model would have written more, had it been let
 * @param trace how the passages were found
 */
public record Answer(
    String question,
    Kind kind,
    List<Statement> statements,
    List<Passage> passages,
    List<Integer> planted,
    double evidence,
    Optional<Prompt> prompt,
    Optional<String> model,
    boolean isCutOff,
    SearchTrace trace) {
  /** Where an answer's statements come from. */
  public enum Kind {
    /** A language model wrote them. */
    WRITTEN,
    /** They are sentences of the documents, word for word. */
    QUOTED,
    /** There are none: the evidence is thin, so no model was asked. */
    THIN,
    /** There are none: the language model says that the passages don't hold the answer. */
    NOT_THERE
  }

  /** Keeps the lists as they are now. */
  public Answer {
    statements = List.copyOf(statements);
    passages = List.copyOf(passages);
    planted = List.copyOf(planted);
  }

  /** Whether the answer is that the documents don't hold one. */
  public boolean isDeclined() {
    return kind == Kind.THIN || kind == Kind.NOT_THERE;
  }
}

package org.workedanswers.answers.glossary;

import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;
import org.workedanswers.rag.search.SearchTrace;

/**
 * How an answer by one quotation came about: the passages by both legs, the evidence, the quote.
 */
public final class AnswerWorking {
  private AnswerWorking() {}

  /** Writes the working under a caption. */
  public static void show(Worksheet sheet, String caption, Answer answer) {
    SearchTrace trace = answer.trace();
    Table table =
        Table.of(caption, "", "by words", "by meaning", "cosine", "RRF · 1000", "passage");
    for (int i = 0; i < answer.passages().size(); i++) {
      SearchTrace.Candidate c = trace.candidates().get(i);
      double cosine = trace.score(SearchTrace.Kind.MEANING, c.passage());
      table.row(
          "[" + (i + 1) + "]",
          rank(c.ranks().get(0)),
          rank(c.ranks().get(1)),
          Double.isNaN(cosine) ? "-" : Numbers.fixed(cosine, 3),
          Numbers.fixed(1000 * c.score(), 2),
          c.passage().text());
    }
    sheet.table(table);
    String evidence = Numbers.fixed(answer.evidence(), 3);
    sheet.text(
        answer.isDeclined()
            ? "The closest sentence has a cosine of "
                + evidence
                + ", below "
                + AnswerSettings.MEASURED_LEAST_EVIDENCE
                + ": not in the documents."
            : "The closest sentence, cosine "
                + evidence
                + ", is quoted: \""
                + said(answer)
                + "\" ["
                + answer.statements().get(0).cited().get(0)
                + "]");
  }

  /** What an answer says; empty where it was declined. */
  public static String said(Answer answer) {
    return answer.statements().isEmpty() ? "" : answer.statements().get(0).text();
  }

  private static String rank(int rank) {
    return rank == 0 ? "-" : Integer.toString(rank);
  }
}

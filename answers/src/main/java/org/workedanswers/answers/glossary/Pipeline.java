package org.workedanswers.answers.glossary;

import java.util.List;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.ledger.Numbers;
import org.workedanswers.answers.sheet.Table;
import org.workedanswers.answers.sheet.Worksheet;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.AnswerSettings;

/** The working of the whole pipeline on the glossary: from documents to an answer or to none. */
public final class Pipeline {
  private static final double[] THRESHOLDS = {0.3, 0.4, 0.45, 0.475, 0.5, 0.6};

  private Pipeline() {}

  /** Writes what chunks, evidence and citations are on a page. */
  public static void show(Worksheet sheet, Workbench bench) {
    sheet.heading("From a question to an answer, and to none");
    Glossary.with(
        bench,
        Glossary.ENTRIES,
        g -> {
          sheet.text(
              Numbers.count(g.held().size())
                  + " entries of WordNet as documents; "
                  + Numbers.count(g.missing().size())
                  + " others are asked for as well, and are not among them. A passage is read if it"
                  + " is one of the first five of both legs' fusion; the sentence closest to the"
                  + " question is quoted if its cosine is "
                  + AnswerSettings.MEASURED_LEAST_EVIDENCE
                  + " or more.");
          one(sheet, g, g.held().get(0));
          one(sheet, g, g.missing().get(0));
          return null;
        });
    thresholds(sheet, Asked.all(bench));
    chunks(sheet, ChunkTrial.of(bench, ChunkClaims.SIZES));
  }

  private static void one(Worksheet sheet, Glossary g, WordNet.Synset entry) {
    Answer answer =
        g.answerer(AnswerSettings.MEASURED_LEAST_EVIDENCE).answer(Glossary.question(entry));
    AnswerWorking.show(sheet, "\"" + answer.question() + "\"", answer);
  }

  private static void thresholds(Worksheet sheet, List<Asked> asked) {
    List<Asked> held = asked.stream().filter(Asked::held).toList();
    List<Asked> missing = asked.stream().filter(a -> !a.held()).toList();
    Table table =
        Table.of(
            "How much evidence is enough, on all " + Numbers.count(asked.size()) + " questions",
            "cosine",
            "answered, of those that can be",
            "of these right",
            "declined, of those that can't be");
    for (double t : THRESHOLDS) {
      List<Asked> answered = held.stream().filter(a -> a.answered(t)).toList();
      table.row(
          Numbers.shortest(t),
          Numbers.fixed(CiteClaim.share(answered.size(), held.size()), 3),
          Numbers.fixed(
              CiteClaim.share(answered.stream().filter(Asked::right).count(), answered.size()), 3),
          Numbers.fixed(
              CiteClaim.share(missing.stream().filter(a -> !a.answered(t)).count(), missing.size()),
              3));
    }
    sheet.table(table);
  }

  private static void chunks(Worksheet sheet, List<ChunkTrial> trials) {
    sheet.heading("How large a chunk?");
    sheet.text(
        "The same entries written into four long documents, one a part of speech, and cut: the"
            + " share of questions whose whole entry is in what is handed over. The parent is the"
            + " first chunk with "
            + Numbers.count(ChunkTrial.PARENT)
            + " characters around it. An entry that is longer than the overlap may be cut by every"
            + " chunk: no chunk that is found holds it whole, though its parent may.");
    Table table =
        Table.of(
            "",
            "tokens",
            "overlap",
            "in some chunk",
            "first by meaning",
            "first by both",
            "its parent",
            "five chunks",
            ChunkTrial.BUDGET + " tokens");
    for (ChunkTrial t : trials) {
      table.row(
          t.size(),
          t.overlap(),
          Numbers.fixed(t.whole(), 3),
          Numbers.fixed(t.firstByMeaning(), 3),
          Numbers.fixed(t.first(), 3),
          Numbers.fixed(t.inParent(), 3),
          Numbers.fixed(t.inFive(), 3),
          Numbers.fixed(t.inBudget(), 3));
    }
    sheet.table(table);
  }
}

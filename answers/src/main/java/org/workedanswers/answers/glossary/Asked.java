package org.workedanswers.answers.glossary;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.workedanswers.answers.Workbench;
import org.workedanswers.answers.wordnet.WordNet;
import org.workedanswers.rag.answer.Answer;
import org.workedanswers.rag.answer.Answerer;
import org.workedanswers.rag.answer.Citations;
import org.workedanswers.rag.store.Passage;

/**
 * A question of the glossary and what came of it, answered whatever the evidence.
 *
 * @param entry what is asked for
 * @param held whether it is in the store
 * @param evidence of the answer
 * @param right whether the passage that is cited is the entry
 * @param named whether that passage holds the word that is asked for
 * @param among whether the entry is among the passages that were read
 */
public record Asked(
    WordNet.Synset entry,
    boolean held,
    double evidence,
    boolean right,
    boolean named,
    boolean among) {
  /** What was asked last, by the seed: claims of one run ask the same. */
  private static final Map<Long, List<Asked>> LAST = new HashMap<>();

  /** All questions of the glossary that a workbench's seed draws, those that are held first. */
  static List<Asked> all(Workbench bench) {
    synchronized (LAST) {
      if (!LAST.containsKey(bench.seed())) {
        LAST.clear();
        LAST.put(bench.seed(), Glossary.with(bench, Glossary.ENTRIES, Asked::all));
      }
      return LAST.get(bench.seed());
    }
  }

  private static List<Asked> all(Glossary glossary) {
    Answerer answerer = glossary.answerer(-1);
    List<Asked> all = new ArrayList<>();
    glossary.held().forEach(e -> all.add(ask(answerer, e, true)));
    glossary.missing().forEach(e -> all.add(ask(answerer, e, false)));
    return all;
  }

  private static Asked ask(Answerer answerer, WordNet.Synset entry, boolean held) {
    Answer answer = answerer.answer(Glossary.question(entry));
    boolean right = false;
    boolean named = false;
    if (!answer.statements().isEmpty()) {
      Passage cited = answer.passages().get(answer.statements().get(0).cited().get(0) - 1);
      right = held && cited.document().equals(entry.id());
      named = Citations.support(Glossary.word(entry), List.of(cited)) == 1;
    }
    boolean among = answer.passages().stream().anyMatch(p -> p.document().equals(entry.id()));
    return new Asked(entry, held, answer.evidence(), right, named, among);
  }

  /** Whether it is answered where so much evidence is asked for. */
  public boolean answered(double leastEvidence) {
    return evidence >= leastEvidence;
  }
}

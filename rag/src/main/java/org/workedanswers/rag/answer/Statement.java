package org.workedanswers.rag.answer;

import java.util.List;

/**
 * A sentence of an answer with the passages that it cites.
 *
 * @param text the sentence, without its citations
 * @param cited numbers of passages, from 1, in the order in which they are cited
 * @param unknown numbers that are cited and that no passage has
 * @param support the share of the sentence's words that the cited passages hold, 0..1: their stems,
 *     stop words left out; 0 where nothing is cited, 1 where the sentence has no such words
 */
public record Statement(String text, List<Integer> cited, List<Integer> unknown, double support) {
  /** Keeps the lists as they are now. */
  public Statement {
    cited = List.copyOf(cited);
    unknown = List.copyOf(unknown);
  }

  /** Whether it cites passages that are there and that hold enough of its words. */
  public boolean isSupported() {
    return !cited.isEmpty() && unknown.isEmpty() && support >= Citations.LEAST_SUPPORT;
  }
}

package org.workedanswers.answers.q03;

import java.util.ArrayList;
import java.util.List;

/** What a language model is handed: what to do, the passages with their numbers, the question. */
final class Prompt {
  private Prompt() {}

  /** The prompt's lines; passage i has the number i + 1, which an answer can cite. */
  static List<String> lines(List<String> passages, String question) {
    List<String> lines = new ArrayList<>();
    lines.add("Answer from these passages alone and cite the number of each that you use, as [1].");
    lines.add("If they do not hold the answer, say that they do not.");
    lines.add("");
    for (int i = 0; i < passages.size(); i++) {
      lines.add("[" + (i + 1) + "] " + passages.get(i));
    }
    lines.add("");
    lines.add("Question: " + question);
    return lines;
  }
}

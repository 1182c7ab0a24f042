package org.workedanswers.rag.answer;

/** What writes an answer: a chat model, local or remote. */
public interface LanguageModel {
  /** What it is called. */
  String name();

  /**
   * A reply to one message.
   *
   * @param system what the model is and must do
   * @param user what it is asked, with the passages
   * @throws LanguageModelException if no reply came: the model can't be reached, refuses, is too
   *     slow, or says what can't be understood
   */
  Reply reply(String system, String user);

  /**
   * What a model wrote.
   *
   * @param text its words
   * @param inputTokens how many tokens it read; -1 where it did not say
   * @param outputTokens how many it wrote; -1 where it did not say
   * @param isCutOff whether it would have written more, had it been let
   */
  record Reply(String text, long inputTokens, long outputTokens, boolean isCutOff) {
    /** A whole reply. */
    public Reply(String text, long inputTokens, long outputTokens) {
      this(text, inputTokens, outputTokens, false);
    }
  }
}

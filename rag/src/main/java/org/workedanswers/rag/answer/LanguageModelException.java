package org.workedanswers.rag.answer;

/** A language model gave no reply; the message says why and what may help. */
public final class LanguageModelException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure with what caused it. */
  public LanguageModelException(String message, Throwable cause) {
    super(message, cause);
  }
}

package org.workedanswers.rag.store;

/** What a store rests on failed; its message says what, and what can be done. */
public class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A failure with its cause. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}

package org.workedanswers.rag.ingest;

/** A document can't be read; the message says why, without the document's id. */
public final class UnreadableDocumentException extends Exception {
  private static final long serialVersionUID = 1;

  /** A failure that has a reason of its own. */
  public UnreadableDocumentException(String message) {
    super(message);
  }

  /** A failure with what caused it. */
  public UnreadableDocumentException(String message, Throwable cause) {
    super(message, cause);
  }
}

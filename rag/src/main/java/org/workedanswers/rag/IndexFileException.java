package org.workedanswers.rag;

/** An index's file that can't be read: the message says what stands there and what was expected. */
public final class IndexFileException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** With a formatted message, as {@link String#format} does it. */
  public IndexFileException(String message, Object... values) {
    super(String.format(message, values));
  }

  /** With the failure behind it. */
  public IndexFileException(Throwable cause, String message, Object... values) {
    super(String.format(message, values), cause);
  }
}

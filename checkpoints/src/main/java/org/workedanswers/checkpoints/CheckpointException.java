package org.workedanswers.checkpoints;

/**
 * A model's file that can't be read: the message says where in it, what stands there and what was
 * expected.
 */
public final class CheckpointException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** With a formatted message, as {@link String#format} does it. */
  public CheckpointException(String message, Object... values) {
    super(String.format(message, values));
  }

  /** With the failure behind it. */
  public CheckpointException(Throwable cause, String message, Object... values) {
    super(String.format(message, values), cause);
  }
}

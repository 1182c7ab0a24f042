package org.workedanswers.benchmarks.peers;

/** Says in a sentence why a comparison can't be made here. */
public final class Unavailable extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** A reason, for a person. */
  public Unavailable(String reason) {
    super(reason);
  }
}

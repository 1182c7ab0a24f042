package org.workedanswers.answers.ledger;

import java.util.List;
import java.util.Optional;

/**
 * A claim with its measurement and verdict.
 *
 * @param claim what was measured
 * @param measured the measured value
 * @param verdict the verdict by the claim's rule
 * @param pinned the verdict that the checked-in list expects; empty if the list has none
 * @param notes information beside the value
 * @param millis how long the measurement took
 */
public record Finding(
    Claim claim,
    Value measured,
    Verdict verdict,
    Optional<Verdict> pinned,
    List<String> notes,
    long millis) {

  /** Whether the verdict is the pinned one. */
  public boolean asPinned() {
    return pinned.isPresent() && pinned.get() == verdict;
  }
}

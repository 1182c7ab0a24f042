package org.workedanswers.benchmarks.peers;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One line of the report, and one object of {@code --json}.
 *
 * @param name what was compared
 * @param peer with whom
 * @param threads how many threads our side had
 * @param ratio our speed divided by the peer's
 * @param low the smallest ratio of a round
 * @param high the largest ratio of a round
 * @param goal the ratio to reach
 */
@JsonPropertyOrder({"name", "peer", "threads", "ratio", "low", "high", "goal"})
public record Outcome(
    String name, String peer, int threads, double ratio, double low, double high, double goal) {
  /** Whether the goal is reached, to two decimals: no race tells less apart. */
  @JsonIgnore
  public boolean met() {
    return Math.round(100 * ratio) >= Math.round(100 * goal);
  }
}

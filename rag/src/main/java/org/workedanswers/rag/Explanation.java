package org.workedanswers.rag;

import java.util.List;
import org.workedanswers.core.Check;

/**
 * How a number came about: its value, its formula, and the numbers that stand in it, each explained
 * in turn. Leaves are given numbers: counts and settings.
 *
 * @param name the symbol, or the term that is weighed
 * @param formula in terms of the parts' names; empty for a given number
 * @param value the number
 * @param parts what the formula names, in its order
 */
public record Explanation(String name, String formula, double value, List<Explanation> parts) {
  /** Keeps a copy of the parts. */
  public Explanation {
    parts = List.copyOf(parts);
  }

  /** A given number. */
  static Explanation given(String name, double value) {
    return new Explanation(name, "", value, List.of());
  }

  /**
   * The part of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Explanation part(String name) {
    for (Explanation part : parts) {
      if (part.name.equals(name)) {
        return part;
      }
    }
    Check.that(false, "%s has no part %s: it has %s", this.name, name, names());
    throw new AssertionError();
  }

  private List<String> names() {
    return parts.stream().map(Explanation::name).toList();
  }
}

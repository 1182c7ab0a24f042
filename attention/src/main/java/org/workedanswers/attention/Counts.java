package org.workedanswers.attention;

/**
 * What a call of {@link Attention#attend} took, counted as it ran.
 *
 * @param multiplyAdds multiply-adds of both matrix products, those of masked pairs and of padding
 *     included where they were done
 * @param scored pairs of a query and a key whose score was computed
 * @param attended those of them that the mask allows
 * @param scratchBytes memory taken beside inputs and output, all of it held at one time
 */
public record Counts(long multiplyAdds, long scored, long attended, long scratchBytes) {
  /** Nothing done. */
  public static final Counts ZERO = new Counts(0, 0, 0, 0);

  /** This call and another, one after the other: work adds up, scratch is the larger one's. */
  public Counts then(Counts next) {
    return new Counts(
        multiplyAdds + next.multiplyAdds,
        scored + next.scored,
        attended + next.attended,
        Math.max(scratchBytes, next.scratchBytes));
  }
}

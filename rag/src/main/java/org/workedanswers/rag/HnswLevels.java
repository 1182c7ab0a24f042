package org.workedanswers.rag;

import org.workedanswers.core.SeededRandom;

/**
 * The levels of an {@link HnswIndex}'s documents, one drawn for each in their order.
 *
 * <pre>
 *   l = ⌊-ln(u) · mL⌋, u uniform in (0, 1], mL = 1 / ln M
 * </pre>
 *
 * So a layer has an M-th of the nodes of the layer below. They depend on the seed and M alone; a
 * file of an index need not hold them.
 */
final class HnswLevels {
  private final SeededRandom random;
  private final double mL;

  HnswLevels(HnswSettings settings) {
    random = new SeededRandom(settings.seed());
    mL = 1 / StrictMath.log(settings.m()); // the same bits on every machine
  }

  /** The level of the next document; a twin has one drawn too, and makes no use of it. */
  int next() {
    return (int) (-StrictMath.log(1 - random.uniform()) * mL);
  }
}

package org.workedanswers.rag;

/**
 * Which candidates become neighbours: SELECT-NEIGHBORS-HEURISTIC, algorithm 4 of the paper of
 * {@link HnswIndex}, without the extension of the candidates by their neighbours.
 *
 * <pre>
 *   from the nearest to the farthest e of the candidates, until there are M:
 *     take e if it is nearer to q than to any that was taken
 *   keepPrunedConnections: fill up with the nearest that were not taken
 * </pre>
 *
 * So links go in different directions, and one into each cluster near by, where the M nearest might
 * all lie in one cluster.
 */
final class HnswNeighbours {
  private static final int TOGETHER = 8;

  private final HnswProducts products;
  private final int[] chosen; // R
  private final int[] pruned; // W_d
  private final float[] scores = new float[TOGETHER];

  /** For lists of {@code most} neighbours, and one more candidate where pruned ones are kept. */
  HnswNeighbours(HnswState state, int most) {
    this.products = state.products(TOGETHER);
    this.chosen = new int[most];
    this.pruned = new int[most + 1];
  }

  /**
   * Chooses from the first {@code count} candidates, {@link Scored} by their products with q and
   * sorted, the worst first. Returns how many are chosen, {@code m} at most.
   */
  int choose(long[] candidates, int count, int m, boolean keepPruned) {
    int taken = 0;
    int left = 0;
    for (int i = count - 1; i >= 0 && taken < m; i--) {
      int e = Scored.number(candidates[i]);
      if (nearerToQ(e, Scored.score(candidates[i]), taken)) {
        chosen[taken++] = e;
      } else if (keepPruned) {
        pruned[left++] = e;
      }
    }
    for (int i = 0; i < left && taken < m; i++) {
      chosen[taken++] = pruned[i];
    }
    return taken;
  }

  private boolean nearerToQ(int e, float toQ, int taken) {
    products.of(e);
    for (int from = 0; from < taken; from += TOGETHER) {
      int count = Math.min(TOGETHER, taken - from);
      products.with(chosen, from, count, scores);
      for (int i = 0; i < count; i++) {
        if (scores[i] >= toQ) {
          return false;
        }
      }
    }
    return true;
  }

  /** Those chosen, the nearest first. */
  int[] chosen() {
    return chosen;
  }
}

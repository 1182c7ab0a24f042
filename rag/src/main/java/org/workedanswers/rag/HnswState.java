package org.workedanswers.rag;

import org.workedanswers.core.Check;
import org.workedanswers.core.Kernels;

/** What an {@link HnswIndex} consists of, and what its file holds. */
final class HnswState {
  final HnswSettings settings;
  private final Kernels kernels;
  final int dimension;
  final HnswVectors vectors;
  final HnswCodes codes;
  final HnswGraph graph;
  final HnswDocuments documents;
  private int capacity;

  HnswState(Kernels kernels, int dimension, HnswSettings settings) {
    this.settings = settings;
    this.kernels = kernels;
    this.dimension = Check.positive("dimension", dimension);
    this.vectors = new HnswVectors(kernels, settings.similarity(), dimension);
    this.codes = new HnswCodes(dimension);
    this.graph = new HnswGraph(settings.m());
    this.documents = new HnswDocuments();
  }

  /**
   * Makes room for {@code wanted} documents, and for half as many again as before if it is little
   * by little that they come.
   *
   * @throws IllegalArgumentException if their vectors or links pass what one Java array can hold;
   *     nothing is allocated before that is known
   */
  void room(long wanted) {
    int most = checkRoom(wanted);
    if (wanted > capacity) {
      capacity = (int) Math.min(most, Math.max(wanted, capacity + capacity / 2L));
      vectors.room(capacity);
      codes.room(capacity);
      graph.room(capacity);
      documents.room(capacity);
    }
  }

  /** Checks that {@code wanted} documents can be held; returns how many can. */
  int checkRoom(long wanted) {
    int most = Check.MAX_ELEMENTS / Math.max(dimension, graph.length(0));
    Check.that(
        wanted <= most,
        "%d documents of dimension %d with M = %d pass the %d whose vectors and links an array holds",
        wanted,
        dimension,
        settings.m(),
        most);
    return most;
  }

  /** Products by codes, of {@code most} nodes at a time, for one thread. */
  HnswProducts products(int most) {
    return new HnswProducts(kernels, codes, most);
  }

  /** How many documents there are, deleted ones too. */
  int size() {
    return documents.size();
  }
}

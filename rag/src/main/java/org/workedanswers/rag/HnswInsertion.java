package org.workedanswers.rag;

import java.util.Arrays;

/**
 * Puts documents into the graph: INSERT, algorithm 1 of the paper of {@link HnswIndex}.
 *
 * <pre>
 *   l ← the document's level
 *   layers L to l+1:   walk to the nearest node, which leads to the next layer
 *   layers l to 0:     W ← the efConstruction nearest, by a walk from W of the layer above
 *                      links to M of W, chosen by the heuristic
 *                      and from them; a list that was full is chosen anew by the heuristic,
 *                      pruned links kept
 * </pre>
 *
 * The links back are made after all layers were walked, so that a twin can still be left out. A
 * walk sees one layer's links alone, so the graph is the same.
 */
final class HnswInsertion {
  private final HnswState state;
  private final HnswVectors vectors;
  private final HnswGraph graph;
  private final HnswWalk walk;
  private final HnswNeighbours neighbours;
  private final HnswLevels levels;

  // A full list and one more.
  private final HnswProducts products;
  private final float[] scores;
  private final long[] scored;

  /** Goes on after the documents that are there. */
  HnswInsertion(HnswState state) {
    this.state = state;
    this.vectors = state.vectors;
    this.graph = state.graph;
    this.walk = new HnswWalk(state);
    this.neighbours = new HnswNeighbours(state, graph.most(0));
    this.levels = new HnswLevels(state.settings);
    for (int i = 0; i < state.size(); i++) {
      levels.next();
    }
    int candidates = graph.most(0) + 1;
    this.products = state.products(candidates);
    this.scores = new float[candidates];
    this.scored = new long[candidates];
  }

  /** Puts the next document in; its vector is in its place already. */
  void insert() {
    int q = graph.add(levels.next());
    state.codes.put(q, vectors.data(), vectors.offset(q));
    int original = graph.entry() < 0 ? q : linkForward(q);
    state.documents.add(original);
    if (original != q) {
      graph.clear(q);
      return;
    }
    for (int layer = Math.min(graph.level(q), graph.top()); layer >= 0; layer--) {
      for (int e : graph.neighbours(q, layer)) {
        linkBack(e, q, layer);
      }
    }
    graph.open(q);
  }

  /** Links q to its neighbours on each layer; returns its original, q itself if it is no twin. */
  private int linkForward(int q) {
    walk.begin(q);
    int level = Math.min(graph.level(q), graph.top());
    walk.descend(level);
    int count = 0;
    for (int layer = level; layer >= 0; layer--) {
      walk.nodes(layer, state.settings.efConstruction());
      count = walk.sort();
      int chosen = neighbours.choose(walk.sorted(), count, state.settings.m(), false);
      graph.link(q, layer, neighbours.chosen(), chosen);
    }
    for (int i = 0; i < count; i++) {
      int e = Scored.number(walk.sorted()[i]);
      if (vectors.same(e, q)) {
        return e;
      }
    }
    return q;
  }

  /**
   * Links e to q as well. A list that was full stays full: kept pruned links cost the walk little,
   * and it needs a tenth fewer products for a recall of 0.98.
   */
  private void linkBack(int e, int q, int layer) {
    if (graph.link(e, layer, q)) {
      return;
    }
    int[] list = Arrays.copyOf(graph.neighbours(e, layer), graph.most(layer) + 1);
    list[list.length - 1] = q;
    products.of(e);
    products.with(list, 0, list.length, scores);
    for (int i = 0; i < list.length; i++) {
      scored[i] = Scored.of(scores[i], list[i]);
    }
    Arrays.sort(scored, 0, list.length);
    int chosen = neighbours.choose(scored, list.length, graph.most(layer), true);
    graph.link(e, layer, neighbours.chosen(), chosen);
  }
}

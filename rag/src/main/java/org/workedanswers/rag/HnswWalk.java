package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The walk through a layer that insertion and search are made of: SEARCH-LAYER, algorithm 2 of the
 * paper of {@link HnswIndex}.
 *
 * <p>From the best candidate so far it goes to all its neighbours that it has not met; those among
 * the ef best become candidates. It ends when the best candidate is worse than all ef. The
 * neighbours' products, {@link HnswProducts}, are taken together, which {@code Kernels.dots} says
 * the use of. What a search found is compared anew in float.
 *
 * <p>The names are the paper's: q the query, C the candidates, W the best found. One walk serves
 * one thread at a time, and keeps its memory from call to call: a byte a node, and the heaps.
 */
final class HnswWalk {
  private final HnswVectors vectors;
  private final HnswGraph graph;
  private final HnswDocuments documents;

  private final int dimension;
  private float[] query = {}; // what queries are written to
  private final HnswProducts products; // of q
  private final LongHeap candidates = new LongHeap(); // C, complemented: the best on top
  private final LongHeap found = new LongHeap(); // W, the worst on top
  private long[] sorted = {};

  /** A node has been met in this walk if its stamp is that of the walk. */
  private byte[] stamps = {};

  private byte stamp;

  // Nodes whose products are taken together.
  private final int[] nodes;
  private final int[] offsets;
  private final float[] scores;

  HnswWalk(HnswState state) {
    vectors = state.vectors;
    graph = state.graph;
    documents = state.documents;
    dimension = state.dimension;
    int batch = graph.most(0);
    products = state.products(batch);
    nodes = new int[batch];
    offsets = new int[batch];
    scores = new float[batch];
  }

  /** Room for a query as it is compared: [d], taken when it is first asked for. */
  float[] query() {
    if (query.length == 0) {
      query = new float[dimension];
    }
    return query;
  }

  /** W ← {ep}: begins with q that was written to {@link #query}. */
  void begin() {
    products.of(query);
    enter();
  }

  /** W ← {ep}: begins with q that is a node. */
  void begin(int node) {
    products.of(node);
    enter();
  }

  private void enter() {
    if (stamps.length < graph.size()) {
      stamps = new byte[graph.size() + graph.size() / 2];
      stamp = 0;
    }
    nodes[0] = graph.entry();
    products.with(nodes, 0, 1, scores);
    found.clear();
    found.push(Scored.of(scores[0], nodes[0]));
  }

  /** W ← the nearest node of the layer above {@code layer}, by a walk down from the top. */
  void descend(int layer) {
    for (int l = graph.top(); l > layer; l--) {
      nodes(l, 1);
    }
  }

  /** W ← the ef nodes of the layer nearest to q, by a walk that begins at W. */
  void nodes(int layer, int ef) {
    walk(layer, ef, node -> true, Long.MAX_VALUE);
  }

  /**
   * W ← the ef nodes nearest to q with a document that may be found, by a walk over layer 0 that
   * begins at W. It goes through the other nodes as well.
   *
   * @param patience how many products may be taken
   * @return false if the walk would have gone on
   */
  boolean documents(int ef, IntPredicate filter, long patience) {
    return walk(0, ef, node -> documents.anyAllowed(node, filter), patience);
  }

  private boolean walk(int layer, int ef, IntPredicate counts, long patience) {
    nextStamp();
    candidates.clear();
    int entries = drain();
    for (int i = 0; i < entries; i++) {
      stamps[Scored.number(sorted[i])] = stamp;
      candidates.push(~sorted[i]);
    }
    for (int i = 0; i < entries; i++) {
      collect(sorted[i], ef, counts);
    }
    long taken = 0;
    while (candidates.size() > 0) {
      long c = ~candidates.pop();
      if (full(ef) && c < found.top()) {
        break;
      }
      int count = unmet(Scored.number(c), layer);
      taken += count;
      if (taken > patience) {
        return false;
      }
      products.with(nodes, 0, count, scores);
      for (int i = 0; i < count; i++) {
        long e = Scored.of(scores[i], nodes[i]);
        if (!full(ef) || e > found.top()) {
          candidates.push(~e);
          collect(e, ef, counts);
        }
      }
    }
    return true;
  }

  private boolean full(int ef) {
    return found.size() >= ef;
  }

  /** Sets a node's neighbours that were not met as the next to score; returns how many they are. */
  private int unmet(int node, int layer) {
    int[] lists = graph.lists(node, layer);
    int at = graph.at(node, layer);
    int count = 0;
    for (int i = at + 1; i <= at + lists[at]; i++) {
      int neighbour = lists[i];
      if (stamps[neighbour] != stamp) {
        stamps[neighbour] = stamp;
        nodes[count++] = neighbour;
      }
    }
    return count;
  }

  private void nextStamp() {
    if (++stamp == 0) { // after 256 walks
      Arrays.fill(stamps, (byte) 0);
      stamp = 1;
    }
  }

  /** W ← W and a node if it counts, but the ef best alone. */
  private void collect(long scored, int ef, IntPredicate counts) {
    if (counts.test(Scored.number(scored))) {
      offer(scored, ef);
    }
  }

  private void offer(long scored, int ef) {
    if (!full(ef)) {
      found.push(scored);
    } else if (scored > found.top()) {
      found.replaceTop(scored);
    }
  }

  /**
   * W ← of the documents at the nodes of W that may be found the k best, each node compared anew
   * with the query in float.
   */
  void compare(int k, IntPredicate filter) {
    int count = drain();
    for (int from = 0; from < count; from += nodes.length) {
      int some = Math.min(nodes.length, count - from);
      for (int i = 0; i < some; i++) {
        nodes[i] = Scored.number(sorted[from + i]);
      }
      scoreInFloat(some);
      for (int i = 0; i < some; i++) {
        for (int d = nodes[i]; d >= 0; d = documents.next(d)) {
          if (documents.allowed(d, filter)) {
            offer(Scored.of(scores[i], d), k);
          }
        }
      }
    }
  }

  /** W ← the k best of all documents that may be found, compared with the query in float. */
  void everyDocument(int k, IntPredicate filter) {
    found.clear();
    int count = 0;
    for (int d = 0; d < documents.size(); d++) {
      if (documents.allowed(d, filter)) {
        nodes[count++] = d;
      }
      if (count == nodes.length || d == documents.size() - 1) {
        scoreInFloat(count);
        for (int i = 0; i < count; i++) {
          offer(Scored.of(scores[i], nodes[i]), k);
        }
        count = 0;
      }
    }
  }

  /** The products of the query with the first {@code count} of {@link #nodes}. */
  private void scoreInFloat(int count) {
    for (int i = 0; i < count; i++) {
      offsets[i] = vectors.offset(nodes[i]);
    }
    vectors.scores(query, offsets, count, scores);
  }

  /** How many are in W. */
  int found() {
    return found.size();
  }

  /** Writes W into {@link #sorted}, the worst first; returns how many they are. */
  int sort() {
    int count = drain();
    for (int i = 0; i < count; i++) {
      found.push(sorted[i]); // rising, so each stays where it is put
    }
    return count;
  }

  private int drain() {
    if (sorted.length < found.size()) {
      sorted = new long[2 * found.size()];
    }
    return found.drain(sorted);
  }

  /** What {@link #sort} left. */
  long[] sorted() {
    return sorted;
  }

  /** The k best of W, the best first; W is empty after. */
  List<Hit> best(int k) {
    int count = drain();
    Hit[] hits = new Hit[Math.min(k, count)];
    for (int i = 0; i < hits.length; i++) {
      long scored = sorted[count - 1 - i];
      hits[i] = new Hit(Scored.number(scored), Scored.score(scored));
    }
    return List.of(hits);
  }
}

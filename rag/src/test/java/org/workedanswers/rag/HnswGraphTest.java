package org.workedanswers.rag;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.workedanswers.core.KernelsChoice;
import org.workedanswers.core.Matrix;
import org.workedanswers.core.PlainKernels;
import org.workedanswers.core.SeededRandom;
import org.workedanswers.rag.DenseIndex.Similarity;

/** The graph held against the paper's algorithms said again without a walk, and its properties. */
class HnswGraphTest {
  private static HnswState build(Matrix documents, HnswSettings settings) {
    HnswState state = new HnswState(KernelsChoice.best(), documents.cols(), settings);
    state.room(documents.rows());
    HnswInsertion insertion = new HnswInsertion(state);
    for (int i = 0; i < documents.rows(); i++) {
      float[] to = state.vectors.data();
      state.vectors.prepare("document", i, documents.row(i), 0, to, state.vectors.offset(i));
      insertion.insert();
    }
    return state;
  }

  /**
   * Algorithms 1, 3 and 4 for efConstruction of all nodes: W is then the whole layer, sorted. Lists
   * grow and shrink as in the paper; products are those of the index, so that equal ones stay so.
   */
  private static final class Restated {
    private final HnswState state;
    private final int m;
    private final float[][] scores;
    private final List<List<List<Integer>>> lists = new ArrayList<>(); // by node, then layer

    Restated(HnswState state) {
      this.state = state;
      this.m = state.settings.m();
      this.scores = new float[state.size()][state.size()];
      int[] nodes = new int[state.size()];
      Arrays.setAll(nodes, i -> i);
      HnswProducts products = state.products(nodes.length);
      for (int q : nodes) {
        products.of(q);
        products.with(nodes, 0, nodes.length, scores[q]);
      }
      int top = -1;
      for (int q = 0; q < state.size(); q++) {
        int level = state.graph.level(q);
        lists.add(new ArrayList<>());
        for (int layer = 0; layer <= level; layer++) {
          lists.get(q).add(new ArrayList<>());
        }
        for (int layer = Math.min(top, level); layer >= 0; layer--) {
          insert(q, layer);
        }
        top = Math.max(top, level);
      }
    }

    private void insert(int q, int layer) {
      List<Integer> others = new ArrayList<>();
      for (int e = 0; e < q; e++) {
        if (lists.get(e).size() > layer) {
          others.add(e);
        }
      }
      lists.get(q).set(layer, new ArrayList<>(choose(q, others, m, false)));
      for (int e : lists.get(q).get(layer)) {
        List<Integer> list = lists.get(e).get(layer);
        list.add(q);
        int most = layer == 0 ? 2 * m : m;
        if (list.size() > most) {
          lists.get(e).set(layer, new ArrayList<>(choose(e, list, most, true)));
        }
      }
    }

    private List<Integer> choose(int q, List<Integer> candidates, int most, boolean keepPruned) {
      List<Integer> sorted = new ArrayList<>(candidates);
      sorted.sort(Comparator.comparingDouble((Integer e) -> -scores[q][e]).thenComparing(e -> e));
      List<Integer> chosen = new ArrayList<>();
      List<Integer> pruned = new ArrayList<>();
      for (int e : sorted) {
        boolean nearer = chosen.stream().allMatch(r -> scores[q][e] > scores[e][r]);
        (nearer ? chosen : pruned).add(e);
      }
      if (keepPruned) {
        chosen.addAll(pruned);
      }
      return chosen.subList(0, Math.min(most, chosen.size()));
    }
  }

  @Test
  void isTheGraphOfThePaper() {
    for (Similarity similarity : Similarity.values()) {
      for (int m : new int[] {4, 5, 8}) {
        Matrix documents = Clusters.documentsAndQueries(m, 150, 1, 6)[0];
        HnswVectors unit = new HnswVectors(PlainKernels.PLAIN, Similarity.COSINE, 6);
        for (int i = 0; i < 150; i++) { // by the dot product, not every node of others is reached
          float[] row = documents.row(i);
          unit.prepare("document", i, row, 0, documents.data(), documents.index(i, 0));
        }
        HnswState state = build(documents, new HnswSettings(similarity, m, 1000, m));
        Restated restated = new Restated(state);
        for (int node = 0; node < 150; node++) {
          for (int layer = 0; layer <= state.graph.level(node); layer++) {
            assertEquals(
                restated.lists.get(node).get(layer),
                Arrays.stream(state.graph.neighbours(node, layer)).boxed().toList(),
                similarity + ", M = " + m + ", node " + node + ", layer " + layer);
          }
        }
      }
    }
  }

  @Test
  void listsAreWithinBoundsAndEveryNodeIsReached() {
    Matrix documents = Clusters.documentsAndQueries(9, 3000, 1, 12)[0];
    documents.rows(70, 71).set(documents.rows(5, 6));
    HnswState state = build(documents, new HnswSettings(Similarity.COSINE, 6, 40, 2));
    HnswGraph graph = state.graph;
    assertTrue(graph.top() >= 2);
    for (int layer = 0; layer <= graph.top(); layer++) {
      BitSet there = new BitSet();
      for (int node = 0; node < 3000; node++) {
        if (graph.level(node) >= layer && node != 70) {
          there.set(node);
          int[] neighbours = graph.neighbours(node, layer);
          assertTrue(neighbours.length <= (layer == 0 ? 12 : 6));
          assertEquals(neighbours.length, Arrays.stream(neighbours).distinct().count());
          for (int e : neighbours) {
            assertTrue(e != node && e != 70 && graph.level(e) >= layer);
          }
        }
      }
      assertEquals(there, reached(graph, layer), "layer " + layer);
    }
    assertArrayEquals(new int[0], graph.neighbours(70, 0));
    assertEquals(5, state.documents.original(70));
    assertEquals(70, state.documents.next(5));
  }

  private static BitSet reached(HnswGraph graph, int layer) {
    BitSet reached = new BitSet();
    Deque<Integer> open = new ArrayDeque<>(List.of(graph.entry()));
    reached.set(graph.entry());
    while (!open.isEmpty()) {
      for (int e : graph.neighbours(open.pop(), layer)) {
        if (!reached.get(e)) {
          reached.set(e);
          open.add(e);
        }
      }
    }
    return reached;
  }

  @Test
  void aWalkWithoutBoundsFindsTheNearestOfAll() {
    SeededRandom random = new SeededRandom(3);
    Matrix documents = random.gaussian(200, 5, 1);
    HnswState state = build(documents, new HnswSettings(Similarity.COSINE, 4, 20, 2));
    HnswWalk walk = new HnswWalk(state);
    for (int round = 0; round < 300; round++) {
      float[] q = walk.query();
      state.vectors.prepare("query", round, random.gaussian(1, 5, 1).data(), 0, q, 0);
      walk.begin();
      walk.nodes(0, 200);
      int count = walk.sort();
      assertEquals(200, count);
      for (int i = 0; i < count; i++) {
        long scored = walk.sorted()[i];
        assertTrue(i == 0 || scored > walk.sorted()[i - 1]);
        float[] vector =
            Arrays.copyOfRange(
                state.vectors.data(), Scored.number(scored) * 5, Scored.number(scored) * 5 + 5);
        assertEquals(PlainKernels.PLAIN.dot(5, q, 0, vector, 0), Scored.score(scored), 0.01);
      }
    }
  }
}

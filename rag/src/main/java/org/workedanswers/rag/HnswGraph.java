package org.workedanswers.rag;

import java.util.Arrays;

/**
 * Who is linked to whom on each layer of an {@link HnswIndex}. Layer 0 has all nodes; each layer
 * above has the nodes whose level reaches it, the fewer the higher.
 *
 * <p>A list is a run of an array: how many links there are, the neighbours, and zeros up to its
 * fixed length, 1 + 2M on layer 0 and 1 + M above.
 */
final class HnswGraph {
  private static final int[] NONE = {};

  private final int m;
  private int[] ground = {}; // [capacity x (1 + 2M)]
  private int[][] upper = {}; // [capacity], each [level x (1 + M)]: layers 1..level
  private int size;
  private int entry = -1;
  private int top = -1;

  HnswGraph(int m) {
    this.m = m;
  }

  /** Mmax: the most links of a node on a layer. */
  int most(int layer) {
    return layer == 0 ? 2 * m : m;
  }

  /** How many ints a list takes. */
  int length(int layer) {
    return 1 + most(layer);
  }

  /** Makes room for {@code capacity} nodes. */
  void room(int capacity) {
    ground = Arrays.copyOf(ground, capacity * length(0));
    upper = Arrays.copyOf(upper, capacity);
  }

  /** How many nodes there are. */
  int size() {
    return size;
  }

  /** ep: where searches begin, the first node of the highest level; -1 if there is none. */
  int entry() {
    return entry;
  }

  /** L: the highest layer; -1 if there is none. */
  int top() {
    return top;
  }

  /** The highest layer that a node is on. */
  int level(int node) {
    return upper[node].length / length(1);
  }

  /**
   * Adds a node without links and returns its number; no search begins at it before {@link #open}.
   */
  int add(int level) {
    upper[size] = level == 0 ? NONE : new int[level * length(1)];
    return size++;
  }

  /** Lets searches begin at a node if its level is higher than all before. */
  void open(int node) {
    if (level(node) > top) {
      entry = node;
      top = level(node);
    }
  }

  /** Takes a node off the upper layers and forgets its links. */
  void clear(int node) {
    upper[node] = NONE;
    link(node, 0, NONE, 0);
  }

  /** The array that a node's list of a layer is a run of. */
  int[] lists(int node, int layer) {
    return layer == 0 ? ground : upper[node];
  }

  /** Where in {@link #lists} it begins. */
  int at(int node, int layer) {
    return layer == 0 ? node * length(0) : (layer - 1) * length(1);
  }

  /** A node's neighbours on a layer, a copy. */
  int[] neighbours(int node, int layer) {
    int[] lists = lists(node, layer);
    int from = at(node, layer) + 1;
    return Arrays.copyOfRange(lists, from, from + lists[from - 1]);
  }

  /** Replaces a node's links by the first {@code count} of {@code neighbours}. */
  void link(int node, int layer, int[] neighbours, int count) {
    int[] lists = lists(node, layer);
    int at = at(node, layer);
    lists[at] = count;
    System.arraycopy(neighbours, 0, lists, at + 1, count);
    Arrays.fill(lists, at + 1 + count, at + length(layer), 0);
  }

  /** Adds a link to a node's list, or returns false if it is full. */
  boolean link(int node, int layer, int neighbour) {
    int[] lists = lists(node, layer);
    int at = at(node, layer);
    if (lists[at] == most(layer)) {
      return false;
    }
    lists[at + ++lists[at]] = neighbour;
    return true;
  }
}

package org.workedanswers.rag;

import java.util.Arrays;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * The documents that stand at the graph's nodes, and which of them are deleted.
 *
 * <p>Documents with the very same vector stand at one node, that of the first of them, its
 * original; the others are its twins and have no links. Were each a node, the heuristic would link
 * them with each other alone, and a search that came among them would not get out.
 */
final class HnswDocuments {
  private int[] original = {}; // [capacity], a document that is no twin is its own
  private int[] next = {}; // [capacity], from an original through its twins, -1 at the end
  private final BitSet deleted = new BitSet();
  private int size;
  private int live;

  /** Makes room for {@code capacity} documents. */
  void room(int capacity) {
    original = Arrays.copyOf(original, capacity);
    next = Arrays.copyOf(next, capacity);
  }

  /** Adds a document that stands at the node of {@code first}, which may be its own. */
  void add(int first) {
    int document = size++;
    original[document] = first;
    next[document] = -1;
    if (first != document) {
      next[document] = next[first];
      next[first] = document;
    }
    live++;
  }

  /** How many there are, deleted ones too. */
  int size() {
    return size;
  }

  /** How many are not deleted. */
  int live() {
    return live;
  }

  /** The document whose node it stands at. */
  int original(int document) {
    return original[document];
  }

  /** The document after this one at the same node; -1 after the last. */
  int next(int document) {
    return next[document];
  }

  /** Marks a document; false if it was marked before. */
  boolean delete(int document) {
    if (deleted.get(document)) {
      return false;
    }
    deleted.set(document);
    live--;
    return true;
  }

  boolean isDeleted(int document) {
    return deleted.get(document);
  }

  /**
   * Whether a document may be found: not deleted, and let through by the filter, if there is one.
   */
  boolean allowed(int document, IntPredicate filter) {
    return !deleted.get(document) && (filter == null || filter.test(document));
  }

  /** Whether a document at this node may be found. */
  boolean anyAllowed(int node, IntPredicate filter) {
    for (int d = node; d >= 0; d = next[d]) {
      if (allowed(d, filter)) {
        return true;
      }
    }
    return false;
  }
}

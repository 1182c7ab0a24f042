package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;
import org.workedanswers.core.Check;

/**
 * Keeps the k best of a stream of scored documents: higher scores first, equal ones by the lower
 * document number, whatever the order in which they come.
 *
 * <p>A heap of k entries with the worst on top: n documents cost O(n log k) and most are turned
 * away by one comparison.
 */
final class TopHits {
  private double[] scores = {};
  private int[] documents = {};
  private int room;
  private int size;

  /** Room for the k best, and no more than {@code candidates} will come. */
  TopHits(int k, int candidates) {
    reset(k, candidates);
  }

  /** Begins again, in the same memory where it is enough. */
  void reset(int k, int candidates) {
    room = Math.min(Check.positive("k", k), candidates);
    size = 0;
    if (scores.length < room) {
      scores = new double[room];
      documents = new int[room];
    }
  }

  /** Whether there are k, or as many as can come. */
  boolean full() {
    return size == room;
  }

  /** How many are kept. */
  int size() {
    return size;
  }

  /** The documents kept, in no order, shared and not copied: the first {@link #size}. */
  int[] documents() {
    return documents;
  }

  /** The score of the worst that is kept; there must be one. */
  double worst() {
    return scores[0];
  }

  /** The score below which a document is turned away; -∞ as long as there is room. */
  double least() {
    return full() ? worst() : Double.NEGATIVE_INFINITY;
  }

  /** Takes a document if it is among the k best so far. Scores are not NaN. */
  void offer(int document, double score) {
    if (size < room) {
      rise(size++, document, score);
    } else if (size > 0 && worse(0, document, score)) {
      sink(document, score);
    }
  }

  /** Whether entry i comes after the given document. */
  private boolean worse(int i, int document, double score) {
    return scores[i] < score || (scores[i] == score && documents[i] > document);
  }

  private void rise(int free, int document, double score) {
    int i = free;
    while (i > 0 && !worse((i - 1) / 2, document, score)) {
      move((i - 1) / 2, i);
      i = (i - 1) / 2;
    }
    put(i, document, score);
  }

  /** Replaces the worst. */
  private void sink(int document, double score) {
    int i = 0;
    for (int child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && worse(child + 1, documents[child], scores[child])) {
        child++;
      }
      if (!worse(child, document, score)) {
        break;
      }
      move(child, i);
      i = child;
    }
    put(i, document, score);
  }

  private void move(int from, int to) {
    put(to, documents[from], scores[from]);
  }

  private void put(int i, int document, double score) {
    documents[i] = document;
    scores[i] = score;
  }

  /** The documents kept, the best first. */
  List<Hit> best() {
    Hit[] hits = new Hit[size];
    for (int i = 0; i < size; i++) {
      hits[i] = new Hit(documents[i], scores[i]);
    }
    Arrays.sort(hits, TopHits::bestFirst);
    return List.of(hits);
  }

  /** The one order of hits. */
  static int bestFirst(Hit a, Hit b) {
    return a.score() == b.score()
        ? Integer.compare(a.document(), b.document())
        : Double.compare(b.score(), a.score());
  }
}

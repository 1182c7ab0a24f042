package org.workedanswers.rag;

import java.util.Arrays;

/** What {@link BlockMaxBm25} knows of a term before any query. */
abstract class BlockMaxPostings {
  /** log₂ of the documents in a block: 16 of them. */
  static final int SHIFT = 4;

  private final double idf;
  private final double[] largest; // largest[j]: the 2ʲ-th largest tf
  private final double smallest;

  /** Of a term with this tf in each of its documents. */
  BlockMaxPostings(double idf, double[] tf) {
    double[] rising = tf.clone();
    Arrays.sort(rising);
    this.idf = idf;
    this.smallest = rising[0];
    this.largest = new double[Integer.SIZE - Integer.numberOfLeadingZeros(tf.length)];
    for (int j = 0; j < largest.length; j++) {
      largest[j] = rising[tf.length - (1 << j)];
    }
  }

  /** A term's postings in the way that suits how many there are. */
  static BlockMaxPostings of(Bm25 bm25, InvertedIndex.Postings postings, int blocks) {
    double[] tf = new double[postings.size()];
    for (int i = 0; i < tf.length; i++) {
      tf[i] = bm25.tf(postings.frequency(i), postings.document(i));
    }
    return tf.length < blocks
        ? new RarePostings(bm25, postings, tf)
        : new CommonPostings(bm25, postings, tf, blocks);
  }

  final double idf() {
    return idf;
  }

  /** The smallest tf. */
  final double smallest() {
    return smallest;
  }

  /** A tf that k documents or more reach: the next power of two's largest; 0 if there is none. */
  final double reachedBy(int k) {
    int j = Integer.SIZE - Integer.numberOfLeadingZeros(k - 1);
    return j < largest.length ? largest[j] : 0;
  }

  /** bounds[b] += weight · the largest tf in block b, for all blocks. */
  abstract void addBounds(double weight, double[] bounds);

  /**
   * scores[d mod 16] += weight · tf(t, d) for the documents of block b.
   *
   * @param next next[t] is this term's to keep its place in; it begins at 0, and blocks rise
   * @return which documents hold the term: bit d mod 16
   */
  abstract int addScores(int b, double weight, double[] scores, int[] next, int t);
}

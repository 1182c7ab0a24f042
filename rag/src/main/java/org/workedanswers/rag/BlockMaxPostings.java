package org.workedanswers.rag;

import java.util.Arrays;

/**
 * What {@link BlockMaxBm25} knows of a term before any query: tf(t, d) of each of its documents,
 * and, for a term that has as many documents as there are blocks, the largest tf of each block.
 *
 * <p>A rarer term has about one posting in a block, so its largest are found when they are needed.
 */
final class BlockMaxPostings {
  /** log₂ of the documents in a block: 16 of them. */
  static final int SHIFT = 4;

  private final double idf;
  private final int[] documents; // [n], rising
  private final double[] tf; // [n], beside them
  private final double[] largest; // largest[j]: the 2ʲ-th largest tf
  private final double[] blockMax; // the largest tf of each block, 0 if it has none; or null
  private final int[] blockStart; // where each block's postings begin, and where the last's end

  BlockMaxPostings(Bm25 bm25, InvertedIndex.Postings postings, int blocks) {
    idf = bm25.idf(postings.size());
    documents = postings.documents();
    tf = new double[documents.length];
    for (int i = 0; i < tf.length; i++) {
      tf[i] = bm25.tf(postings.frequency(i), documents[i]);
    }
    largest = largest(tf);
    boolean common = tf.length >= blocks;
    blockMax = common ? new double[blocks] : null;
    blockStart = common ? new int[blocks + 1] : null;
    if (common) {
      fillBlocks();
    }
  }

  private static double[] largest(double[] tf) {
    double[] rising = tf.clone();
    Arrays.sort(rising);
    double[] largest = new double[Integer.SIZE - Integer.numberOfLeadingZeros(tf.length)];
    for (int j = 0; j < largest.length; j++) {
      largest[j] = rising[tf.length - (1 << j)];
    }
    return largest;
  }

  private void fillBlocks() {
    int i = 0;
    for (int b = 0; b < blockMax.length; b++) {
      blockStart[b] = i;
      for (; i < tf.length && documents[i] >> SHIFT == b; i++) {
        blockMax[b] = Math.max(blockMax[b], tf[i]);
      }
    }
    blockStart[blockMax.length] = i;
  }

  double idf() {
    return idf;
  }

  /** The smallest tf. */
  double smallest() {
    return Arrays.stream(tf).min().orElseThrow();
  }

  /** A tf that k documents or more reach: the next power of two's largest; 0 if there is none. */
  double reachedBy(int k) {
    int j = Integer.SIZE - Integer.numberOfLeadingZeros(k - 1);
    return j < largest.length ? largest[j] : 0;
  }

  /** bounds[b] += weight · the largest tf in block b, for all blocks. */
  void addBounds(double weight, double[] bounds) {
    if (blockMax != null) {
      for (int b = 0; b < blockMax.length; b++) {
        bounds[b] += weight * blockMax[b];
      }
      return;
    }
    for (int i = 0; i < tf.length; ) {
      int b = documents[i] >> SHIFT;
      double max = tf[i++];
      while (i < tf.length && documents[i] >> SHIFT == b) {
        max = tf[i] > max ? tf[i] : max;
        i++;
      }
      bounds[b] += weight * max;
    }
  }

  /** Where the postings of block b or a later one begin; {@code from}: an earlier block's. */
  int start(int b, int from) {
    if (blockStart != null) {
      return blockStart[b];
    }
    int i = from;
    while (i < documents.length && documents[i] >> SHIFT < b) {
      i++;
    }
    return i;
  }

  /**
   * scores[d mod 16] += weight · tf(t, d) for the documents of block b.
   *
   * @param start where its postings begin
   * @return which documents hold the term: bit d mod 16
   */
  int addScores(double weight, int b, int start, double[] scores) {
    int held = 0;
    for (int i = start; i < documents.length && documents[i] >> SHIFT == b; i++) {
      int d = documents[i] & ((1 << SHIFT) - 1);
      scores[d] += weight * tf[i];
      held |= 1 << d;
    }
    return held;
  }
}

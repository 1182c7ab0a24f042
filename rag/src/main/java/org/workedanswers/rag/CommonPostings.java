package org.workedanswers.rag;

/**
 * A term with as many documents as there are blocks, or more: a byte for every document of the
 * collection, so that a block's frequencies lie together where its number says, and the largest tf
 * of every block. The tf of the few blocks that are scored is computed then.
 */
final class CommonPostings extends BlockMaxPostings {
  /** A byte's largest: that often or oftener, and the postings know how often. */
  private static final int MANY = 255;

  private final Bm25 bm25;
  private final InvertedIndex.Postings postings;
  private final byte[] frequencies; // f of every document, 0 if it does not hold the term
  private final double[] blockMax; // the largest tf of every block, 0 if it does not hold the term

  CommonPostings(Bm25 bm25, InvertedIndex.Postings postings, double[] tf, int blocks) {
    super(bm25.idf(tf.length), tf);
    this.bm25 = bm25;
    this.postings = postings;
    this.frequencies = new byte[bm25.index().size()];
    this.blockMax = new double[blocks];
    for (int i = 0; i < tf.length; i++) {
      int d = postings.document(i);
      frequencies[d] = (byte) Math.min(MANY, postings.frequency(i));
      blockMax[d >> SHIFT] = Math.max(blockMax[d >> SHIFT], tf[i]);
    }
  }

  @Override
  void addBounds(double weight, double[] bounds) {
    for (int b = 0; b < blockMax.length; b++) {
      bounds[b] += weight * blockMax[b];
    }
  }

  @Override
  int addScores(int b, double weight, double[] scores, int[] next, int t) {
    int first = b << SHIFT;
    int end = Math.min(frequencies.length - first, 1 << SHIFT);
    int held = 0;
    for (int d = 0; d < end; d++) {
      int f = frequencies[first + d] & MANY;
      if (f > 0) {
        f = f < MANY ? f : postings.frequencyIn(first + d);
        scores[d] += weight * bm25.tf(f, first + d);
        held |= 1 << d;
      }
    }
    return held;
  }
}

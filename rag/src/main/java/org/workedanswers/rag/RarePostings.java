package org.workedanswers.rag;

/**
 * A term with fewer documents than there are blocks: each document with its tf. A block's largest
 * is found when it is needed, since most blocks have one posting or none.
 */
final class RarePostings extends BlockMaxPostings {
  private final int[] documents; // [n], rising
  private final double[] tf; // [n], beside them

  RarePostings(Bm25 bm25, InvertedIndex.Postings postings, double[] tf) {
    super(bm25.idf(tf.length), tf);
    this.documents = postings.documents();
    this.tf = tf;
  }

  @Override
  void addBounds(double weight, double[] bounds) {
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

  @Override
  int addScores(int b, double weight, double[] scores, int[] next, int t) {
    int i = next[t];
    while (i < documents.length && documents[i] >> SHIFT < b) {
      i++;
    }
    next[t] = i;
    int held = 0;
    for (; i < documents.length && documents[i] >> SHIFT == b; i++) {
      int d = documents[i] & ((1 << SHIFT) - 1);
      scores[d] += weight * tf[i];
      held |= 1 << d;
    }
    return held;
  }
}

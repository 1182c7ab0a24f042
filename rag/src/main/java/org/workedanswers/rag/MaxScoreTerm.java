package org.workedanswers.rag;

import java.util.Arrays;

/** What {@link MaxScoreBm25} knows of a term before any query. */
final class MaxScoreTerm {
  private final int[] documents; // [n], rising
  private final double[] tf; // [n], beside them
  private final DocumentSieve sieve;
  private final double idf;
  private final double[] largest; // largest[j]: the 2ʲ-th largest tf

  MaxScoreTerm(Bm25 bm25, InvertedIndex.Postings postings) {
    int n = postings.size();
    documents = postings.documents();
    sieve = new DocumentSieve(documents, bm25.index().size());
    idf = bm25.idf(n);
    tf = new double[n];
    for (int i = 0; i < n; i++) {
      tf[i] = bm25.tf(postings.frequency(i), documents[i]);
    }
    double[] rising = tf.clone();
    Arrays.sort(rising);
    largest = new double[Integer.SIZE - Integer.numberOfLeadingZeros(n)];
    for (int j = 0; j < largest.length; j++) {
      largest[j] = rising[n - (1 << j)];
    }
  }

  double idf() {
    return idf;
  }

  /** The n documents that hold the term, rising, shared and not copied. */
  int[] documents() {
    return documents;
  }

  /** The tf in each of them, shared and not copied. */
  double[] tf() {
    return tf;
  }

  /** tf(t, d) of any document; 0 if it does not hold the term. */
  double tf(int document) {
    int i = sieve.place(document);
    return i < 0 ? 0 : tf[i];
  }

  /** The largest tf. */
  double largest() {
    return largest[0];
  }

  /** A tf that k documents or more reach: the next power of two's largest; 0 if there is none. */
  double reachedBy(int k) {
    int j = Integer.SIZE - Integer.numberOfLeadingZeros(k - 1);
    return j < largest.length ? largest[j] : 0;
  }
}

package org.workedanswers.rag;

/**
 * A window of documents with neighbouring numbers, in which scores are summed term by term: first a
 * sum for every document that holds one of some terms, then the candidates among them, with the
 * other terms looked up.
 *
 * <p>Its 2¹⁴ sums, 128 KiB, stay in a processor's second cache; over the whole collection they
 * would not. A bit tells which documents have a sum, so that the others are neither read nor
 * cleared. The loops read the fields once, into locals: a tenth of a search's time.
 */
final class ScoreWindow {
  /** log₂ of the documents in a window that suits a processor's cache. */
  static final int SHIFT = 14;

  /** log₂ of the bits in a word. */
  private static final int WORD = 6;

  private final double[] sums; // of the window's documents
  private final long[] touched; // a bit a document: it has a sum
  private final int[] candidates; // document numbers, rising
  private final double[] scores; // of the candidates, as far as they are summed
  private int count; // of the candidates
  private int first; // the window's first document

  /** A window of 2^shift documents, 64 or more. */
  ScoreWindow(int shift) {
    int size = 1 << shift;
    sums = new double[size];
    touched = new long[size >> WORD];
    candidates = new int[size];
    scores = new double[size];
  }

  /** Moves to the window that begins with this document; nothing is summed yet. */
  void moveTo(int document) {
    first = document;
    count = 0;
  }

  /**
   * sum(d) += weight · tf(t, d) for those of the window's documents that hold the term.
   *
   * @param place where the term's documents of this window begin
   * @return where they end
   */
  int add(MaxScoreTerm term, double weight, int place) {
    int[] documents = term.documents();
    double[] tf = term.tf();
    double[] sums = this.sums;
    long[] touched = this.touched;
    int start = first;
    int i = place;
    for (; i < documents.length; i++) {
      int d = documents[i] - start;
      if (d >= sums.length) {
        break;
      }
      sums[d] += weight * tf[i];
      touched[d >> WORD] |= 1L << d;
    }
    return i;
  }

  /** Takes for candidates those whose sum, with rest added, reaches the limit; clears the sums. */
  void collect(double rest, double limit) {
    double[] sums = this.sums;
    long[] touched = this.touched;
    double[] scores = this.scores;
    int[] candidates = this.candidates;
    int start = first;
    int kept = 0;
    for (int w = 0; w < touched.length; w++) {
      for (long bits = touched[w]; bits != 0; bits &= bits - 1) {
        int d = (w << WORD) + Long.numberOfTrailingZeros(bits);
        double sum = sums[d];
        sums[d] = 0;
        candidates[kept] = start + d;
        scores[kept] = sum;
        kept += sum + rest >= limit ? 1 : 0;
      }
      touched[w] = 0;
    }
    count = kept;
  }

  /** Adds a term to the candidates; keeps those whose sum, with rest added, reaches the limit. */
  void sift(MaxScoreTerm term, double weight, double rest, double limit) {
    double[] scores = this.scores;
    int[] candidates = this.candidates;
    int all = count;
    int kept = 0;
    for (int i = 0; i < all; i++) {
      int d = candidates[i];
      double score = scores[i] + weight * term.tf(d);
      candidates[kept] = d;
      scores[kept] = score;
      kept += score + rest >= limit ? 1 : 0;
    }
    count = kept;
  }

  /** How many candidates there are. */
  int count() {
    return count;
  }

  /** The i-th candidate; they rise with i. */
  int candidate(int i) {
    return candidates[i];
  }
}

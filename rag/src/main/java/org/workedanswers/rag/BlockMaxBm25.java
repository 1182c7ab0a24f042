package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;

/**
 * {@link Bm25} that leaves out blocks of documents in which none can come among the best: the same
 * documents in the same order with the same scores, bit for bit.
 *
 * <pre>
 *   bound(B) = Σ  count(t) · idf(t) · max tf(t, d)     the maximum over the documents d of block B
 *   floor    = max  count(t) · idf(t) · tf(t, ·)ₖ      a score that k documents reach by one term
 * </pre>
 *
 * over the terms t of the query. Blocks are 16 documents with neighbouring numbers, taken in the
 * order of the numbers. One is scored if its bound reaches the floor and, once there are k hits,
 * passes the worst of them: of equal scores the lower number stays.
 *
 * <p>Nothing is lost to rounding. Products and sums in double are rounded, but rounding keeps
 * order: from a ≤ a' and b ≤ b' follows that a + b as computed is no larger than a' + b'. A bound
 * is summed over the terms in the same order as a score, each summand no smaller; so as computed it
 * is no smaller than any score of its block.
 *
 * <p>S. Ding and T. Suel, <i>Faster Top-k Document Retrieval Using Block-Max Indexes</i>, SIGIR
 * 2011; blocks of document numbers, the same for all terms: C. Dimopoulos, S. Nepomnyachiy and T.
 * Suel, <i>Optimizing Top-k Document Retrieval Strategies for Block-Max Indexes</i>, WSDM 2013.
 *
 * <p>May be searched by many threads at a time. Each keeps scratch memory: half a byte a document
 * and four bytes a term of the vocabulary. To {@link Bm25}'s memory the index adds 8 bytes a
 * posting, or, for a term that as many documents hold as there are blocks, a byte and a half a
 * document.
 */
public final class BlockMaxBm25 implements TermSearch {
  /** A tf from here on times any idf is above 0: idf passes 2⁻³² for any collection. */
  private static final double VANISHING = 1e-290;

  private final Bm25 bm25;
  private final BlockMaxPostings[] terms; // by the term's number
  private final int blocks;
  private final double least; // a bound that any block with a match reaches
  private final ThreadLocal<Query> queries = ThreadLocal.withInitial(Query::new);

  /** The fast form of a BM25. */
  public BlockMaxBm25(Bm25 bm25) {
    InvertedIndex index = bm25.index();
    this.bm25 = bm25;
    blocks = ((index.size() - 1) >> BlockMaxPostings.SHIFT) + 1;
    terms = new BlockMaxPostings[index.vocabulary()];
    double smallest = 1;
    for (InvertedIndex.Postings postings : index.all()) {
      BlockMaxPostings term = BlockMaxPostings.of(bm25, postings, blocks);
      terms[postings.number()] = term;
      smallest = Math.min(smallest, term.smallest());
    }
    least = smallest < VANISHING ? 0 : Double.MIN_VALUE;
  }

  /** The form to read, with the settings and the explanation of a score. */
  public Bm25 bm25() {
    return bm25;
  }

  @Override
  public List<Hit> search(List<String> query, int k) {
    Query q = queries.get();
    q.top.reset(k, bm25.index().size());
    q.gather(query);
    return q.run(k);
  }

  /** How many blocks the last search of this thread scored. */
  int scored() {
    return queries.get().scored;
  }

  /** One thread's query, and memory for the next. */
  private final class Query {
    private final TopHits top = new TopHits(1, 1);
    private final double[] bounds = new double[blocks];
    private final double[] scores = new double[1 << BlockMaxPostings.SHIFT]; // of one block
    private final int[] place = new int[terms.length]; // where a term stands in numbers, if it does
    private int m; // terms of the query, each once, in its order
    private int[] numbers = new int[8];
    private int[] counts = new int[8];
    private double[] weights = new double[8]; // count · idf
    private int[] next = new int[8]; // where each term's postings go on
    private int scored;

    void gather(List<String> query) {
      m = 0;
      for (int i = 0; i < query.size(); i++) {
        int number = bm25.index().postings(query.get(i)).number();
        if (number >= 0) {
          count(number);
        }
      }
    }

    private void count(int number) {
      int at = place[number];
      if (at < m && numbers[at] == number) {
        counts[at]++;
        return;
      }
      if (m == numbers.length) {
        numbers = Arrays.copyOf(numbers, 2 * m);
        counts = Arrays.copyOf(counts, 2 * m);
        weights = Arrays.copyOf(weights, 2 * m);
        next = Arrays.copyOf(next, 2 * m);
      }
      place[number] = m;
      numbers[m] = number;
      counts[m] = 1;
      m++;
    }

    List<Hit> run(int k) {
      double limit = bound(k);
      scored = 0;
      for (int b = 0; b < blocks; b++) {
        if (bounds[b] >= limit) {
          score(b);
          if (top.full()) {
            limit = Math.max(limit, Math.nextUp(top.worst()));
          }
        }
      }
      return top.best();
    }

    /** Sums the bounds of all blocks; returns the floor. */
    private double bound(int k) {
      double floor = least;
      Arrays.fill(bounds, 0);
      for (int t = 0; t < m; t++) {
        BlockMaxPostings term = terms[numbers[t]];
        weights[t] = counts[t] * term.idf();
        next[t] = 0;
        term.addBounds(weights[t], bounds);
        floor = Math.max(floor, weights[t] * term.reachedBy(k));
      }
      return floor;
    }

    private void score(int b) {
      scored++;
      Arrays.fill(scores, 0);
      int held = 0;
      for (int t = 0; t < m; t++) {
        held |= terms[numbers[t]].addScores(b, weights[t], scores, next, t);
      }
      for (; held != 0; held &= held - 1) {
        int d = Integer.numberOfTrailingZeros(held);
        top.offer((b << BlockMaxPostings.SHIFT) + d, scores[d]);
      }
    }
  }
}

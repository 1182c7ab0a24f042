package org.workedanswers.rag;

import java.util.Arrays;
import java.util.List;

/**
 * {@link Bm25} that walks only through the documents of those terms without which none can come
 * among the best: the same documents in the same order with the same scores, bit for bit.
 *
 * <pre>
 *   bound(t) = count(t) · idf(t) · max tf(t, d)    the maximum over all documents d
 *   reach(t) = Σ bound(s)                          over the terms s up to t, by rising bound
 *   limit    = the k-th best score so far, and before: max count(t) · idf(t) · tf(t, ·)ₖ
 * </pre>
 *
 * over the terms t of the query; tf(t, ·)ₖ is a tf that k documents reach. A document with no terms
 * but such of reach below the limit isn't among the best. The other terms are the essential ones.
 * They are rare as a rule, and hold a small part of the query's postings.
 *
 * <p>Documents are taken in windows, in the order of their numbers ({@link ScoreWindow}). In each
 * the essential terms are summed; those documents whose sum, with the bounds of the other terms,
 * reaches the limit are looked up in these ({@link DocumentSieve}), the term of the largest bound
 * first; what still reaches it is scored as {@link Bm25} does. Then the limit rises, and terms
 * cease to be essential.
 *
 * <p>Nothing is lost to rounding. Rounding keeps order: from a ≤ a' and b ≤ b' follows that a + b
 * as computed is no larger than a' + b', so bounds of up to two terms hold as they are computed.
 * Sums of m numbers that are not negative, in two orders, differ by 2 (m - 1) · 2⁻⁵³ of them at
 * most; the limit that sums of more than two are held against is lower by (m - 2) · 2⁻⁵⁰.
 *
 * <p>H. Turtle and J. Flood, <i>Query Evaluation: Strategies and Optimizations</i>, Information
 * Processing &amp; Management 31(6), 1995: their max-score, there document by document.
 *
 * <p>May be searched by many threads at a time. Each keeps scratch memory: a third of a megabyte,
 * and four bytes a term of the vocabulary. To {@link Bm25}'s memory the index adds 11 bytes a
 * posting and some 200 a term.
 */
public final class MaxScoreBm25 implements TermSearch {
  /** More than another order of summing changes, for each term after the second. */
  private static final double ROUNDING = 0x1p-50;

  private final Bm25 bm25;
  private final int shift; // log₂ of the documents in a window
  private final MaxScoreTerm[] terms; // by the term's number
  private final ThreadLocal<Query> queries = ThreadLocal.withInitial(Query::new);

  /** The fast form of a BM25. */
  public MaxScoreBm25(Bm25 bm25) {
    this(bm25, ScoreWindow.SHIFT);
  }

  MaxScoreBm25(Bm25 bm25, int shift) {
    this.bm25 = bm25;
    this.shift = shift;
    terms = new MaxScoreTerm[bm25.index().vocabulary()];
    for (InvertedIndex.Postings postings : bm25.index().all()) {
      terms[postings.number()] = new MaxScoreTerm(bm25, postings);
    }
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
    q.run(q.order(k));
    return q.top.best();
  }

  /** How many postings the last search of this thread walked through. */
  long walked() {
    return queries.get().walked();
  }

  /** How many documents the last search of this thread scored. */
  int scored() {
    return queries.get().scored;
  }

  /** A term of a query. */
  private static final class Asked {
    private MaxScoreTerm term;
    private int count;
    private double weight; // count · idf
    private double bound;
    private double reach;
    private int next; // the place of its first document that is not before the window

    void ask(MaxScoreTerm what) {
      term = what;
      count = 1;
      next = 0;
    }

    void weigh() {
      weight = count * term.idf();
      bound = weight * term.largest();
    }
  }

  /** One thread's query, and memory for the next. */
  private final class Query {
    private final TopHits top = new TopHits(1, 1);
    private final ScoreWindow window = new ScoreWindow(shift);
    private final LongHeap bounds = new LongHeap();
    private final int[] place = new int[terms.length]; // where a term stands in asked, if it does
    private int m; // terms of the query, each once
    private Asked[] asked = {}; // [m], in the query's order
    private Asked[] rising = {}; // [m], by bound
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
      if (at < m && asked[at].term == terms[number]) {
        asked[at].count++;
        return;
      }
      if (m == asked.length) {
        asked = Arrays.copyOf(asked, 2 * m + 8);
        rising = Arrays.copyOf(rising, asked.length);
        Arrays.setAll(asked, i -> i < m ? asked[i] : new Asked());
      }
      place[number] = m;
      asked[m++].ask(terms[number]);
    }

    /** Puts the terms in the order of their bounds; returns a score that k documents reach. */
    double order(int k) {
      double limit = 0;
      for (int t = 0; t < m; t++) {
        Asked a = asked[t];
        a.weigh();
        limit = Math.max(limit, a.weight * a.term.reachedBy(k));
        bounds.push(Scored.of((float) a.bound, t));
      }
      double reach = 0;
      for (int t = 0; t < m; t++) {
        rising[t] = asked[Scored.number(bounds.pop())];
        reach += rising[t].bound;
        rising[t].reach = reach;
      }
      return limit;
    }

    void run(double floor) {
      scored = 0;
      double limit = floor;
      int essential = 0; // rising[essential] is the first
      int windows = ((bm25.index().size() - 1) >> shift) + 1;
      for (int w = 0; w < windows; w++) {
        double lowered = limit * (1 - Math.max(0, m - 2) * ROUNDING);
        while (essential < m && rising[essential].reach < lowered) {
          essential++;
        }
        if (essential == m) {
          return;
        }
        window.moveTo(w << shift);
        choose(essential, lowered);
        if (window.count() > 0) {
          score();
          limit = top.full() ? Math.max(limit, Math.nextUp(top.worst())) : limit;
        }
      }
    }

    /** Leaves those documents in the window that may reach the limit. */
    private void choose(int essential, double limit) {
      for (int t = essential; t < m; t++) {
        Asked a = rising[t];
        a.next = window.add(a.term, a.weight, a.next);
      }
      window.collect(reachBelow(essential), limit);
      for (int t = essential - 1; t >= 0; t--) {
        window.sift(rising[t].term, rising[t].weight, reachBelow(t), limit);
      }
    }

    /** What all terms before the t-th can add to a score. */
    private double reachBelow(int t) {
      return t == 0 ? 0 : rising[t - 1].reach;
    }

    /** Offers what is left in the window, summed in the query's order. */
    private void score() {
      for (int i = 0; i < window.count(); i++) {
        int d = window.candidate(i);
        double score = 0;
        for (int t = 0; t < m; t++) {
          score += asked[t].weight * asked[t].term.tf(d);
        }
        top.offer(d, score);
        scored++;
      }
    }

    long walked() {
      long postings = 0;
      for (int t = 0; t < m; t++) {
        postings += asked[t].next;
      }
      return postings;
    }
  }
}
